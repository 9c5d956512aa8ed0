import { describe, expect, it, vi } from 'vitest'
import { ApiError } from '~/api/errors'
import { allManagement } from '~/components/selectors/selection'
import { PartError } from '~/lib/parts'
import { makeTrail, stands, type Calls, type Made, type Plan } from './creation'
import {
  attributesOf,
  checkAttributes,
  createRequest,
  fieldOf,
  locationOf,
  newAttributes,
  rolePolicy,
  suggestBucket,
  updateGeneral,
  updateLogs,
} from './form'
import { troubles } from './status'

const account = '111122223333'
const region = 'us-east-1'
const attributes = () => ({ ...newAttributes(account, true), name: 'main' })
const arn = `arn:aws:cloudtrail:${region}:${account}:trail/main`

describe('attributes', () => {
  it('suggest a bucket', () => {
    expect(suggestBucket(account, () => new Uint8Array([0, 1, 254, 255]))).toBe('aws-cloudtrail-logs-111122223333-0001feff')
  })
  it('have the defaults of the guide', () => {
    expect(createRequest(attributes(), region, account)).toEqual({
      Name: 'main',
      S3BucketName: expect.stringMatching(/^aws-cloudtrail-logs-111122223333-[0-9a-f]{8}$/),
      EnableLogFileValidation: true,
      IsMultiRegionTrail: true,
    })
    expect(newAttributes(account, false).encrypt).toBe(true)
  })
  it('are all sent', () => {
    const all = {
      ...attributes(),
      bucket: 'logs',
      prefix: 'p',
      encrypt: true,
      key: 'alias/k',
      notify: true,
      topic: 't',
      logs: true,
      group: 'g',
      role: 'r',
      multiRegion: false,
      tags: [{ key: 'a', value: 'b', existing: false }],
    }
    expect(checkAttributes(all, region, account)).toEqual({})
    expect(createRequest(all, region, account)).toEqual({
      Name: 'main',
      S3BucketName: 'logs',
      S3KeyPrefix: 'p',
      KmsKeyId: 'alias/k',
      EnableLogFileValidation: true,
      SnsTopicName: 't',
      IsMultiRegionTrail: false,
      CloudWatchLogsLogGroupArn: 'arn:aws:logs:us-east-1:111122223333:log-group:g:*',
      CloudWatchLogsRoleArn: 'arn:aws:iam::111122223333:role/r',
      TagsList: [{ Key: 'a', Value: 'b' }],
    })
  })
  it('are checked', () => {
    const bad = checkAttributes(
      {
        ...attributes(),
        name: 'a',
        bucket: 'X',
        prefix: 'x'.repeat(201),
        encrypt: true,
        notify: true,
        logs: true,
        tags: [{ key: '', value: '', existing: false }],
      },
      region,
      account,
    )
    expect(Object.keys(bad).sort()).toEqual(['bucket', 'group', 'key', 'name', 'prefix', 'role', 'tags', 'topic'])
  })
  it('that did not change are not sent again', () => {
    const trail = {
      Name: 'main',
      TrailARN: arn,
      HomeRegion: region,
      S3BucketName: 'logs',
      S3KeyPrefix: 'p',
      SnsTopicARN: `arn:aws:sns:${region}:${account}:t`,
      IsMultiRegionTrail: true,
      LogFileValidationEnabled: true,
      KmsKeyId: 'k',
    }
    const same = attributesOf(trail)
    expect(updateGeneral(trail, same)).toEqual({ Name: arn })
    expect(
      updateGeneral(trail, { ...same, bucket: 'other', prefix: '', encrypt: false, notify: false, validation: false, multiRegion: false }),
    ).toEqual({
      Name: arn,
      S3BucketName: 'other',
      S3KeyPrefix: '',
      KmsKeyId: '',
      SnsTopicName: '',
      EnableLogFileValidation: false,
      IsMultiRegionTrail: false,
    })
    expect(updateLogs(trail, same, account)).toEqual({ Name: arn, CloudWatchLogsLogGroupArn: '', CloudWatchLogsRoleArn: '' })
  })
  it('know which field a refusal is about', () => {
    expect(fieldOf(new ApiError(400, 'S3BucketDoesNotExistException', ''))).toBe('bucket')
    expect(fieldOf(new ApiError(400, 'AccessDeniedException', ''))).toBeUndefined()
  })
  it('have a policy and a location', () => {
    expect(rolePolicy('g', region, account)).toContain(
      'arn:aws:logs:us-east-1:111122223333:log-group:g:log-stream:111122223333_CloudTrail_us-east-1*',
    )
    expect(locationOf({ S3BucketName: 'b', S3KeyPrefix: 'p/' }, account)).toBe('s3://b/p/AWSLogs/111122223333/CloudTrail/')
  })
})

describe('makeTrail', () => {
  const plan = (more: Partial<Plan> = {}): Plan => ({
    attributes: { ...attributes(), bucket: 'logs' },
    selection: allManagement(),
    insights: [],
    region,
    account,
    ...more,
  })
  function fake(fail?: string): Calls & { log: string[] } {
    const log: string[] = []
    const did = (what: string) => {
      log.push(what)
      if (what === fail) throw new ApiError(400, 'AccessDeniedException', 'no')
    }
    return {
      log,
      createBucket: vi.fn(async (_: string, { name }: { name: string }) => (did('bucket'), { name })),
      permitBucket: vi.fn(async (_: string, { name }: { name: string }) => (did('policy'), { name })),
      cloudtrail: vi.fn(async (operation: string) => (did(operation), { TrailARN: arn })) as unknown as Calls['cloudtrail'],
    }
  }
  it('makes all parts', async () => {
    const calls = fake()
    const selection = allManagement()
    selection.management.write = false
    expect(await makeTrail(plan({ selection, insights: [{ InsightType: 'ApiErrorRateInsight' }] }), { done: {} }, calls)).toBe(arn)
    expect(calls.log).toEqual(['bucket', 'CreateTrail', 'PutEventSelectors', 'PutInsightSelectors', 'StartLogging'])
  })
  it('leaves out what a new trail has anyway', async () => {
    const calls = fake()
    await makeTrail(plan({ attributes: { ...attributes(), bucket: 'logs', newBucket: false } }), { done: {} }, calls)
    expect(calls.log).toEqual(['CreateTrail', 'StartLogging'])
  })
  it('goes on behind what is made', async () => {
    const made: Made = { done: {} }
    const first = fake('StartLogging')
    const error = await makeTrail(plan(), made, first).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(PartError)
    expect((error as PartError<string>).part).toBe('logging')
    expect(stands('logging', made, 'main')).toMatch(/was created with all its settings/)
    const second = fake()
    await makeTrail(plan(), made, second)
    expect(second.log).toEqual(['StartLogging'])
  })
  it('changes a trail that is made when its settings changed', async () => {
    const made: Made = { done: {} }
    await makeTrail(plan(), made, fake('StartLogging')).catch(() => {})
    const again = fake()
    await makeTrail(plan({ attributes: { ...attributes(), bucket: 'logs', validation: false } }), made, again)
    expect(again.log).toEqual(['UpdateTrail', 'StartLogging'])
  })
  it('takes back what is not wanted any more', async () => {
    const made: Made = { done: {} }
    const selection = allManagement()
    selection.management.write = false
    await makeTrail(plan({ selection, insights: [{ InsightType: 'ApiErrorRateInsight' }] }), made, fake('StartLogging')).catch(() => {})
    const again = fake()
    await makeTrail(plan(), made, again)
    expect(again.log).toEqual(['PutEventSelectors', 'PutInsightSelectors', 'StartLogging'])
  })
  it('keeps a bucket that was made for another try', async () => {
    const made: Made = { done: {} }
    await makeTrail(plan(), made, fake('CreateTrail')).catch(() => {})
    expect(made.bucket).toBe('logs')
    expect(stands('trail', made, 'main')).toMatch(/bucket logs was created/)
    const again = fake()
    await makeTrail(plan(), made, again)
    expect(again.log).toEqual(['CreateTrail', 'StartLogging'])
  })
  it('changes the policy of a bucket for another name or prefix', async () => {
    const made: Made = { done: {} }
    await makeTrail(plan(), made, fake('CreateTrail')).catch(() => {})
    const again = fake()
    await makeTrail(plan({ attributes: { ...attributes(), name: 'free', bucket: 'logs' } }), made, again)
    expect(again.log).toEqual(['policy', 'CreateTrail', 'StartLogging'])
    expect(vi.mocked(again.permitBucket).mock.calls[0]![1].trailName).toBe('free')
  })
  it('makes another trail in another Region', async () => {
    const made: Made = { done: {} }
    await makeTrail(plan(), made, fake('StartLogging')).catch(() => {})
    const again = fake()
    await makeTrail(plan({ region: 'eu-west-1' }), made, again)
    expect(again.log).toEqual(['policy', 'CreateTrail', 'StartLogging'])
  })
})

describe('troubles', () => {
  it('are none when all is well', () => expect(troubles({ IsLogging: true })).toEqual([]))
  it('say what they mean and what to do', () => {
    const found = troubles({
      LatestDeliveryError: 'NoSuchBucket',
      LatestDigestDeliveryError: 'AccessDenied',
      LatestNotificationError: 'NotConfigured',
      LatestCloudWatchLogsDeliveryError: 'Odd',
    })
    expect(found.map((t) => t.what)).toEqual(['S3', 'Digest', 'SNS', 'CloudWatch Logs'])
    expect(troubles({ LatestDeliveryError: 'x', LatestDeliveryAttemptTime: '2026-11-27T00:00:00Z' })[0]!.tried).toBe('2026-11-27T00:00:00Z')
    expect(found[0]!.means).toMatch(/not there any more.*Nothing is lost/)
    expect(found[2]!.fix).toMatch(/sns-endpoint/)
    expect(found[3]!.means).toMatch(/answered Odd/)
  })
})
