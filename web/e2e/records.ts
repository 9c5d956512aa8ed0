import { randomUUID } from 'node:crypto'
import { account } from './server'

// Record is a CloudTrail record, as far as tests care.
export type Record = { eventID: string; eventName: string } & { [field: string]: unknown }

// record makes a record of a call that changed something, seconds before now.
export function record(eventName: string, secondsAgo: number, more: object = {}): Record {
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      principalId: 'AIDAJ45Q7YFFAREXAMPLE',
      arn: `arn:aws:iam::${account}:user/carol`,
      accountId: account,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      userName: 'carol',
    },
    eventTime: new Date(Date.now() - secondsAgo * 1000).toISOString().slice(0, 19) + 'Z',
    eventSource: 'ec2.amazonaws.com',
    eventName,
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.7',
    userAgent: 'aws-cli/2.13.5',
    requestParameters: null,
    responseElements: null,
    requestID: randomUUID(),
    eventID: randomUUID(),
    readOnly: false,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: 'Management',
    ...more,
  }
}

// logFile is the text of a log file.
export const logFile = (records: Record[]) => JSON.stringify({ Records: records })
