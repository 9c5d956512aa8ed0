import { ApiError } from '~/api/errors'
import type { CreateTrailRequest, Trail, UpdateTrailRequest } from '~/api/operations.gen'
import { checkBucket, checkKey, checkLogGroup, checkName, checkPrefix, checkRole, checkTopic } from '~/lib/names'
import { checkTags, toTags, type TagDraft } from '~/lib/tags'

// Attributes are the settings of a trail while somebody edits them.
export interface Attributes {
  name: string
  newBucket: boolean
  bucket: string
  prefix: string
  encrypt: boolean
  key: string
  validation: boolean
  notify: boolean
  topic: string
  logs: boolean
  group: string
  role: string
  multiRegion: boolean
  tags: TagDraft[]
}

export type Field = 'name' | 'bucket' | 'prefix' | 'key' | 'topic' | 'group' | 'role' | 'tags'
export type Errors = Partial<Record<Field, string>>

// suggestBucket is a name for a trail's bucket, as CloudTrail makes them.
export function suggestBucket(
  account: string,
  random: (n: number) => Uint8Array = (n) => crypto.getRandomValues(new Uint8Array(n)),
): string {
  const hash = Array.from(random(4), (b) => b.toString(16).padStart(2, '0')).join('')
  return `aws-cloudtrail-logs-${account}-${hash}`
}

// newAttributes are what a new trail begins with. The server's own S3 endpoint does
// not encrypt with KMS keys, so that this begins switched off there.
export function newAttributes(account: string, embedded: boolean): Attributes {
  return {
    name: '',
    newBucket: true,
    bucket: suggestBucket(account),
    prefix: '',
    encrypt: !embedded,
    key: '',
    validation: true,
    notify: false,
    topic: '',
    logs: false,
    group: '',
    role: '',
    multiRegion: true,
    tags: [],
  }
}

// attributesOf are those of a trail that is there.
export function attributesOf(trail: Trail): Attributes {
  return {
    name: trail.Name ?? '',
    newBucket: false,
    bucket: trail.S3BucketName ?? '',
    prefix: trail.S3KeyPrefix ?? '',
    encrypt: !!trail.KmsKeyId,
    key: trail.KmsKeyId ?? '',
    validation: trail.LogFileValidationEnabled ?? false,
    notify: !!trail.SnsTopicARN,
    topic: trail.SnsTopicARN ?? '',
    logs: !!trail.CloudWatchLogsLogGroupArn,
    group: trail.CloudWatchLogsLogGroupArn ?? '',
    role: trail.CloudWatchLogsRoleArn ?? '',
    multiRegion: trail.IsMultiRegionTrail ?? false,
    tags: [],
  }
}

// groupArn is the ARN that a log group's name, or ARN, stands for.
export function groupArn(group: string, region: string, account: string): string {
  if (group === '') return ''
  const arn = group.startsWith('arn:') ? group : `arn:aws:logs:${region}:${account}:log-group:${group}`
  return arn.endsWith(':*') ? arn : arn + ':*'
}

// roleArn is the ARN that a role's name, or ARN, stands for.
export function roleArn(role: string, account: string): string {
  return role === '' || role.startsWith('arn:') ? role : `arn:aws:iam::${account}:role/${role}`
}

// checkAttributes says what the server would refuse.
export function checkAttributes(a: Attributes, region: string, account: string): Errors {
  const found: [Field, string | undefined][] = [
    ['name', checkName('trail', a.name)],
    ['bucket', checkBucket(a.bucket)],
    ['prefix', checkPrefix(a.prefix)],
    ['key', a.encrypt ? checkKey(a.key) : undefined],
    ['topic', a.notify ? checkTopic(a.topic) : undefined],
    ['group', a.logs ? checkLogGroup(groupArn(a.group, region, account), account) : undefined],
    ['role', a.logs ? checkRole(roleArn(a.role, account), account) : undefined],
    ['tags', checkTags(a.tags)],
  ]
  return Object.fromEntries(found.filter(([, error]) => error)) as Errors
}

// createRequest is what CreateTrail is given.
export function createRequest(a: Attributes, region: string, account: string): CreateTrailRequest {
  const tags = toTags(a.tags)
  return {
    Name: a.name,
    S3BucketName: a.bucket,
    ...(a.prefix && { S3KeyPrefix: a.prefix }),
    ...(a.encrypt && { KmsKeyId: a.key }),
    EnableLogFileValidation: a.validation,
    ...(a.notify && { SnsTopicName: a.topic }),
    ...(a.logs && { CloudWatchLogsLogGroupArn: groupArn(a.group, region, account), CloudWatchLogsRoleArn: roleArn(a.role, account) }),
    IsMultiRegionTrail: a.multiRegion,
    ...(tags.length && { TagsList: tags }),
  }
}

// updateGeneral is what UpdateTrail is given to change the general details. Only
// what changed is sent: what is sent is checked anew.
export function updateGeneral(trail: Trail, a: Attributes): UpdateTrailRequest {
  const was = attributesOf(trail)
  const key = a.encrypt ? a.key : ''
  const topic = a.notify ? a.topic : ''
  return {
    Name: trail.TrailARN!,
    ...(a.bucket !== was.bucket && { S3BucketName: a.bucket }),
    ...(a.prefix !== was.prefix && { S3KeyPrefix: a.prefix }),
    ...(key !== was.key && { KmsKeyId: key }),
    ...(a.validation !== was.validation && { EnableLogFileValidation: a.validation }),
    ...(topic !== was.topic && { SnsTopicName: topic }),
    ...(a.multiRegion !== was.multiRegion && { IsMultiRegionTrail: a.multiRegion }),
  }
}

// updateLogs is what UpdateTrail is given to change CloudWatch Logs.
export function updateLogs(trail: Trail, a: Attributes, account: string): UpdateTrailRequest {
  return {
    Name: trail.TrailARN!,
    CloudWatchLogsLogGroupArn: a.logs ? groupArn(a.group, trail.HomeRegion!, account) : '',
    CloudWatchLogsRoleArn: a.logs ? roleArn(a.role, account) : '',
  }
}

const fields: Record<string, Field> = {
  InvalidTrailNameException: 'name',
  TrailAlreadyExistsException: 'name',
  InvalidS3BucketNameException: 'bucket',
  S3BucketDoesNotExistException: 'bucket',
  InsufficientS3BucketPolicyException: 'bucket',
  BucketAlreadyExists: 'bucket',
  BucketAlreadyOwnedByYou: 'bucket',
  InvalidBucketName: 'bucket',
  BucketsElsewhere: 'bucket',
  InvalidS3PrefixException: 'prefix',
  InvalidKmsKeyIdException: 'key',
  KmsKeyNotFoundException: 'key',
  KmsKeyDisabledException: 'key',
  KmsException: 'key',
  InsufficientEncryptionPolicyException: 'key',
  InvalidSnsTopicNameException: 'topic',
  InsufficientSnsTopicPolicyException: 'topic',
  InvalidCloudWatchLogsLogGroupArnException: 'group',
  CloudWatchLogsDeliveryUnavailableException: 'group',
  InvalidCloudWatchLogsRoleArnException: 'role',
  InvalidTagParameterException: 'tags',
  TagsLimitExceededException: 'tags',
}

// fieldOf is the field that a refusal is about, if it is about one.
export const fieldOf = (error: unknown): Field | undefined => (error instanceof ApiError ? fields[error.code] : undefined)

// rolePolicy is what the role of a log group has to be allowed.
export function rolePolicy(group: string, region: string, account: string): string {
  const arn = groupArn(group || 'LOG_GROUP_NAME', region, account).slice(0, -2)
  const resource = [`${arn}:log-stream:${account}_CloudTrail_${region}*`]
  return JSON.stringify(
    {
      Version: '2012-10-17',
      Statement: [
        { Sid: 'AWSCloudTrailCreateLogStream2014110', Effect: 'Allow', Action: ['logs:CreateLogStream'], Resource: resource },
        { Sid: 'AWSCloudTrailPutLogEvents20141101', Effect: 'Allow', Action: ['logs:PutLogEvents'], Resource: resource },
      ],
    },
    null,
    2,
  )
}

// locationOf is where a trail's log files are.
export function locationOf(trail: Pick<Trail, 'S3BucketName' | 'S3KeyPrefix'>, account: string): string {
  return `s3://${trail.S3BucketName}/${trail.S3KeyPrefix ? trail.S3KeyPrefix.replace(/\/$/, '') + '/' : ''}AWSLogs/${account}/CloudTrail/`
}
