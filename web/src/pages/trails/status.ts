import type { GetTrailStatusResponse } from '~/api/operations.gen'

// Trouble is a delivery that failed, in words for people.
export interface Trouble {
  what: 'S3' | 'Digest' | 'SNS' | 'CloudWatch Logs'
  code: string
  header: string
  means: string
  fix: string
  // tried is when it was tried last.
  tried?: string
}

const everywhere: Record<string, [string, string]> = {
  ConnectionError: [
    'Nobody answers at the address.',
    'Check that the service is up, and that the address in the settings of this server is right.',
  ],
  RequestTimeout: ['The answer took too long.', 'Check that the service is up. The server tries again by itself.'],
  Throttling: ['The service takes no more requests for now.', 'Nothing has to be done: the server tries again by itself.'],
  SlowDown: ['The store takes no more requests for now.', 'Nothing has to be done: the server tries again by itself.'],
  ServiceUnavailable: ['The service cannot answer at the moment.', 'Check its own state. The server tries again by itself.'],
  InternalError: ['The service failed inside.', 'Its own log says why, as does the log of this server.'],
  CredentialsError: ['The server has no valid credentials for the service.', 'Check the credentials that the server was started with.'],
  InvalidResponse: ['Something else than the service answers at the address.', 'Check the address in the settings of this server.'],
}

const buckets: Record<string, [string, string]> = {
  NoSuchBucket: [
    'The bucket is not there any more.',
    'Create a bucket of this name again, with a bucket policy that lets CloudTrail in, or edit the trail and choose another bucket.',
  ],
  AccessDenied: [
    'The bucket policy does not let CloudTrail write, or denies it.',
    'Let the bucket policy allow cloudtrail.amazonaws.com s3:GetBucketAcl on the bucket and s3:PutObject below its prefix, or edit the trail and let it make a new bucket.',
  ],
  AllAccessDisabled: ['All access to the bucket is switched off.', 'Switch it on again, or edit the trail and choose another bucket.'],
  InvalidAccessKeyId: [
    'The store does not know the credentials that the server uses.',
    'Check the credentials that the server was started with.',
  ],
  SignatureDoesNotMatch: [
    'The store refuses the credentials that the server uses.',
    'Check the credentials that the server was started with.',
  ],
  QuotaExceeded: ['The store is full.', 'Make room in it, or edit the trail and choose another bucket.'],
  'KMS.NotFoundException': ['The KMS key is not there.', 'Edit the trail and choose another key, or switch encryption with a KMS key off.'],
  'KMS.DisabledException': ['The KMS key is disabled.', 'Enable the key, or edit the trail and choose another one.'],
  'KMS.AccessDeniedException': [
    'The policy of the KMS key does not let CloudTrail use it.',
    'Let it allow CloudTrail kms:GenerateDataKey*.',
  ],
}

const topics: Record<string, [string, string]> = {
  AuthorizationError: [
    'SNS authorization failed: the policy of the topic does not let CloudTrail publish.',
    'Let the policy of the topic allow cloudtrail.amazonaws.com sns:Publish.',
  ],
  NotFound: ['The topic is not there.', 'Create it, or edit the trail and choose another topic.'],
  NotConfigured: [
    'This server does not send to SNS.',
    'Start it with the setting sns-endpoint, or edit the trail and switch notifications off.',
  ],
}

const groups: Record<string, [string, string]> = {
  AuthorizationError: [
    'The role may not write to the log group.',
    'Let the policy of the role allow logs:CreateLogStream and logs:PutLogEvents, and let it be assumed by CloudTrail.',
  ],
  NotFound: ['The log group is not there.', 'Create it, or edit the trail and choose another one.'],
  NotConfigured: [
    'This server does not send to CloudWatch Logs.',
    'Start it with the setting logs-endpoint, or edit the trail and switch CloudWatch Logs off.',
  ],
}

type Code = 'LatestDeliveryError' | 'LatestDigestDeliveryError' | 'LatestNotificationError' | 'LatestCloudWatchLogsDeliveryError'

interface Delivery {
  what: Trouble['what']
  header: string
  known: Record<string, [means: string, fix: string]>
  // else is what the failure does not touch, or does.
  else: string
  error: Code
  tried?: 'LatestDeliveryAttemptTime' | 'LatestNotificationAttemptTime'
}

const deliveries: Delivery[] = [
  {
    what: 'S3',
    header: 'Log files are not delivered to the S3 bucket',
    known: buckets,
    else: 'Nothing is lost: log files that cannot be delivered are kept, and tried again for 30 days.',
    error: 'LatestDeliveryError',
    tried: 'LatestDeliveryAttemptTime',
  },
  {
    what: 'Digest',
    header: 'Digest files are not delivered to the S3 bucket',
    known: buckets,
    else: 'Log files of that time cannot be validated until they are.',
    error: 'LatestDigestDeliveryError',
  },
  {
    what: 'SNS',
    header: 'Notifications are not sent to the SNS topic',
    known: topics,
    else: 'Log files are delivered all the same.',
    error: 'LatestNotificationError',
    tried: 'LatestNotificationAttemptTime',
  },
  {
    what: 'CloudWatch Logs',
    header: 'Events are not sent to CloudWatch Logs',
    known: groups,
    else: 'Log files are delivered all the same.',
    error: 'LatestCloudWatchLogsDeliveryError',
  },
]

// troubles are the deliveries of a trail that failed last.
export function troubles(status: GetTrailStatusResponse): Trouble[] {
  return deliveries.flatMap((d) => {
    const code = status[d.error]
    if (!code) return []
    const [means, fix] = d.known[code] ??
      everywhere[code] ?? [`The service answered ${code}.`, 'The log of this server has the whole answer.']
    return [{ what: d.what, code, header: d.header, means: `${means} ${d.else}`, fix, tried: (d.tried && status[d.tried]) || undefined }]
  })
}
