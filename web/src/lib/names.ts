// The rules of names, as the server has them, so that a form can tell while
// somebody types. Each function says what is wrong, or nothing.

const ip = /^\d{1,3}(\.\d{1,3}){3}$/

// checkName checks the name of a trail or an event data store.
export function checkName(what: string, name: string): string | undefined {
  if (name.trim() === '') return `Enter a name for the ${what}.`
  if (/[^A-Za-z0-9._-]/.test(name)) return 'Use only letters, numbers, periods (.), underscores (_), and hyphens (-).'
  if (name.length < 3 || name.length > 128) return `A name has 3 to 128 characters. This one has ${name.length}.`
  if (!/^[A-Za-z0-9]/.test(name) || !/[A-Za-z0-9]$/.test(name)) return 'A name begins and ends with a letter or a number.'
  if (/[._-]{2}/.test(name)) return 'A name cannot have two periods, underscores, or hyphens next to each other.'
  if (ip.test(name)) return 'A name cannot look like an IP address.'
  return undefined
}

// checkChannelName checks the name of a channel, whose rules are wider.
export function checkChannelName(name: string): string | undefined {
  if (name.trim() === '') return 'Enter a name for the channel.'
  if (!/^[A-Za-z0-9._-]{3,128}$/.test(name))
    return 'A name has 3 to 128 characters: letters, numbers, periods (.), underscores (_), and hyphens (-).'
  return undefined
}

// checkBucket checks the name of a bucket.
export function checkBucket(name: string): string | undefined {
  if (name.trim() === '') return 'Enter the name of a bucket.'
  if (name !== name.toLowerCase()) return 'The name of a bucket has no uppercase letters.'
  if (/[^a-z0-9.-]/.test(name)) return 'Use only lowercase letters, numbers, periods (.), and hyphens (-).'
  if (name.length < 3 || name.length > 63) return `The name of a bucket has 3 to 63 characters. This one has ${name.length}.`
  if (!/^[a-z0-9]/.test(name) || !/[a-z0-9]$/.test(name)) return 'The name of a bucket begins and ends with a letter or a number.'
  if (/\.\.|-\.|\.-/.test(name)) return 'The name of a bucket cannot have two periods, or a period and a hyphen, next to each other.'
  if (ip.test(name)) return 'The name of a bucket cannot look like an IP address.'
  return undefined
}

// checkPrefix checks the prefix of keys in a bucket.
export function checkPrefix(prefix: string): string | undefined {
  return prefix.length > 200 ? `A prefix has at most 200 characters. This one has ${prefix.length}.` : undefined
}

// checkTopic checks an SNS topic: its name, or its ARN.
export function checkTopic(topic: string): string | undefined {
  if (topic.trim() === '') return 'Enter the name or the ARN of a topic.'
  const name = topic.startsWith('arn:') ? /^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:(.+)$/.exec(topic)?.[1] : topic
  if (!name) return 'The ARN of a topic is like arn:aws:sns:us-east-1:111122223333:my-topic.'
  if (!/^[A-Za-z0-9_-]{1,256}(\.fifo)?$/.test(name))
    return 'The name of a topic has up to 256 letters, numbers, hyphens (-), and underscores (_).'
  return undefined
}

// checkKey checks what names a KMS key: an alias, the ID of a key, or the ARN of
// either.
export function checkKey(key: string): string | undefined {
  if (key.trim() === '') return 'Enter a KMS alias, like alias/MyAliasName, or the ARN or ID of a key.'
  const name = key.startsWith('arn:') ? /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:(.+)$/.exec(key)?.[1] : key
  if (!name) return 'The ARN of a key is like arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab.'
  if (name.startsWith('alias/aws/')) return 'Aliases that begin with alias/aws/ belong to AWS services. Use another key.'
  const id = /^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/
  if (/^alias\/[A-Za-z0-9/_-]{1,256}$/.test(name) || /^key\/[A-Za-z0-9-]{1,128}$/.test(name) || id.test(name)) return undefined
  return 'Enter an alias, like alias/MyAliasName, or the ARN or ID of a key.'
}

// checkRole checks the ARN of a role.
export function checkRole(arn: string, account?: string): string | undefined {
  if (arn.trim() === '') return 'Enter the ARN of a role.'
  const match = /^arn:[a-z-]+:iam::(\d{12}):role\/.+$/.exec(arn)
  if (!match) return 'The ARN of a role is like arn:aws:iam::111122223333:role/my-role.'
  if (account && match[1] !== account) return `The role has to be in this account, ${account}.`
  return undefined
}

// checkLogGroup checks the ARN of a log group, which ends in :*.
export function checkLogGroup(arn: string, account: string): string | undefined {
  if (arn.trim() === '') return 'Enter the ARN of a log group.'
  const match = /^arn:[a-z-]+:logs:[a-z0-9-]+:(\d{12}):log-group:(.+):\*$/.exec(arn)
  if (!match) return 'The ARN of a log group is like arn:aws:logs:us-east-1:111122223333:log-group:my-group:* and ends in :*.'
  if (match[1] !== account) return `The log group has to be in this account, ${account}.`
  return undefined
}

// checkS3Uri checks where log files are, s3://BUCKET/PREFIX/.
export function checkS3Uri(uri: string): string | undefined {
  if (uri.trim() === '') return 'Enter the S3 URI of the log files.'
  const bucket = /^s3:\/\/([^/?#]+)(\/[^?#]*)?$/.exec(uri)?.[1]
  if (!bucket) return 'An S3 URI is like s3://amzn-s3-demo-bucket/AWSLogs/111122223333/CloudTrail/.'
  return checkBucket(bucket)
}
