// defaultBucket is the bucket that CloudTrail Lake's console makes for results.
export const defaultBucket = (account: string, region: string) => `aws-cloudtrail-lake-query-results-${account}-${region}`

// bucketProblem says what is wrong with a bucket's name.
export function bucketProblem(name: string): string | undefined {
  if (!name) return 'Enter the name of a bucket.'
  if (name.length < 3 || name.length > 63) return 'The name of a bucket has 3 to 63 characters.'
  if (!/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name))
    return 'The name of a bucket has lower-case letters, digits, dots and hyphens, and begins and ends with a letter or digit.'
  return undefined
}

// deliveryUri is the place as StartQuery takes it.
export function deliveryUri(bucket: string, prefix: string): string {
  const path = prefix.trim().replace(/^\/+|\/+$/g, '')
  return `s3://${bucket}${path ? '/' + path : ''}`
}
