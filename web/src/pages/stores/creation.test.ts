import { describe, expect, it } from 'vitest'
import { ApiError } from '~/api/errors'
import type { cloudtrail } from '~/api/client'
import { allManagement } from '~/components/selectors/selection'
import { noAccess } from './channel-policy'
import { PartError } from '~/lib/parts'
import { makeChannel, makeStore, stands, type Made, type NewChannel, type Part, type Plan } from './creation'
import { noEnrichment } from './enrichment'
import { boundsOf, checkCopy, copyFieldOf, copyRequest, newCopy, tooOld } from './import-form'
import { newGeneral } from './model'

const region = 'us-east-1'
const account = '111122223333'
const arn = `arn:aws:cloudtrail:${region}:${account}:eventdatastore/01234567-89ab-cdef-0123-456789abcdef`
const channel = `arn:aws:cloudtrail:${region}:${account}:channel/01234567-89ab-cdef-0123-456789abcdef`

function fake(fail = '') {
  const log: [string, unknown][] = []
  const api = (async (operation: string, input: unknown) => {
    log.push([operation, input])
    if (operation === fail) throw new ApiError(400, 'AccessDeniedException', 'no')
    return { EventDataStoreArn: arn, ChannelArn: channel, ImportId: 'i' }
  }) as unknown as typeof cloudtrail
  return { api, log, names: () => log.map(([name]) => name) }
}

const plan = (more: Partial<Plan> = {}): Plan => ({
  general: { ...newGeneral(), name: 'main' },
  kind: 'events',
  selection: allManagement(),
  enrichment: noEnrichment(),
  region,
  ...more,
})

describe('makeStore', () => {
  it('makes another store in another Region', async () => {
    const made: Made = { done: {} }
    await makeStore(plan(), made, fake('none').api)
    const again = fake()
    await makeStore(plan({ region: 'eu-west-1' }), made, again.api)
    expect(again.names()).toEqual(['CreateEventDataStore'])
  })
  it('makes the store alone', async () => {
    const calls = fake()
    expect(await makeStore(plan(), { done: {} }, calls.api)).toBe(arn)
    expect(calls.names()).toEqual(['CreateEventDataStore'])
  })
  it('turns the Insights events of its sources on', async () => {
    const calls = fake()
    const sources = { stores: ['a', 'b'], selectors: [{ InsightType: 'ApiCallRateInsight' as const }] }
    await makeStore(plan({ kind: 'insights', sources }), { done: {} }, calls.api)
    expect(calls.log.slice(1)).toEqual([
      ['PutInsightSelectors', { EventDataStore: 'a', InsightsDestination: arn, InsightSelectors: sources.selectors }],
      ['PutInsightSelectors', { EventDataStore: 'b', InsightsDestination: arn, InsightSelectors: sources.selectors }],
    ])
  })
  it('makes all that belongs to it', async () => {
    const calls = fake()
    const general = { ...newGeneral(), name: 'main', policyOn: true, policy: '{"Resource":"EVENT_DATA_STORE_ARN"}' }
    await makeStore(
      plan({
        general,
        enrichment: { ...noEnrichment(), tagKeys: ['a'] },
        insights: { destination: 'd', selectors: [{ InsightType: 'ApiCallRateInsight' }] },
        copy: { ...newCopy(region, account), uri: 's3://bucket/' },
      }),
      { done: {} },
      calls.api,
    )
    expect(calls.names()).toEqual([
      'CreateEventDataStore',
      'PutResourcePolicy',
      'PutEventConfiguration',
      'PutInsightSelectors',
      'StartImport',
    ])
    expect(calls.log[1]![1]).toEqual({ ResourceArn: arn, ResourcePolicy: `{"Resource":"${arn}"}` })
  })
  it('makes the channel of an integration', async () => {
    const calls = fake()
    const made: Made = { done: {} }
    await makeStore(
      plan({ kind: 'integrations', channel: { name: 'app', source: 'Custom', access: { ...noAccess(), principals: ['444455556666'] } } }),
      made,
      calls.api,
    )
    expect(calls.names()).toEqual(['CreateEventDataStore', 'CreateChannel', 'PutResourcePolicy'])
    expect(calls.log[2]![1]).toMatchObject({ ResourceArn: channel })
    expect(made.channel).toBe(channel)
  })
  it('goes on behind what is made', async () => {
    const made: Made = { done: {} }
    const with_ = plan({ enrichment: { ...noEnrichment(), large: true } })
    const error = await makeStore(with_, made, fake('PutEventConfiguration').api).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(PartError)
    expect(stands((error as PartError<Part>).part, 'main')).toMatch(/was created, but the enrichment/)
    const again = fake()
    await makeStore(with_, made, again.api)
    expect(again.names()).toEqual(['PutEventConfiguration'])
  })
  it('changes what is there when it is wanted otherwise', async () => {
    const made: Made = { done: {} }
    const general = { ...newGeneral(), name: 'main', policyOn: true, policy: '{}' }
    await makeStore(plan({ general, enrichment: { ...noEnrichment(), large: true } }), made, fake('PutEventConfiguration').api).catch(
      () => {},
    )
    const again = fake()
    await makeStore(plan({ general: { ...general, policyOn: false, retention: '90' } }), made, again.api)
    expect(again.names()).toEqual(['UpdateEventDataStore', 'GetEventDataStore', 'DeleteResourcePolicy'])
    expect(again.log[0]![1]).toMatchObject({ EventDataStore: arn, RetentionPeriod: 90 })
    expect(again.log[0]![1]).not.toHaveProperty('StartIngestion')
  })
})

describe('copies', () => {
  const now = Date.parse('2026-11-27T12:00:00Z')
  const draft = { ...newCopy(region, account), uri: 's3://bucket/AWSLogs/' }
  it('have bounds', () => {
    expect(boundsOf({ type: 'all' }, now)).toEqual({})
    expect(boundsOf({ type: 'relative', amount: 6, unit: 'month' }, now)).toEqual({ start: Date.parse('2026-05-27T12:00:00Z'), end: now })
    expect(boundsOf({ type: 'relative', amount: 2, unit: 'year' }, now).start).toBe(Date.parse('2024-11-27T12:00:00Z'))
    expect(boundsOf({ type: 'relative', amount: 1, unit: 'week' }, now).start).toBe(Date.parse('2026-11-20T12:00:00Z'))
  })
  it('are what the API takes', () => {
    expect(copyRequest(draft, arn, now)).toEqual({
      Destinations: [arn],
      ImportSource: { S3: { S3LocationUri: 's3://bucket/AWSLogs/', S3BucketRegion: region, S3BucketAccessRoleArn: draft.role } },
    })
    expect(
      copyRequest({ ...draft, range: { type: 'absolute', start: '2026-11-01T00:00:00Z', end: '2026-11-02T00:00:00Z' } }, arn, now),
    ).toMatchObject({ StartEventTime: 1793491200, EndEventTime: 1793577600 })
  })
  it('are checked', () => {
    expect(checkCopy(draft, now)).toEqual({})
    expect(
      Object.keys(
        checkCopy({ ...draft, uri: 'x', role: 'x', range: { type: 'absolute', start: '2026-11-02', end: '2026-11-01' } }, now),
      ).sort(),
    ).toEqual(['range', 'role', 'uri'])
    expect(checkCopy({ ...draft, range: { type: 'absolute', start: '2027-01-01', end: '2027-01-02' } }, now).range).toMatch(/future/)
  })
  it('say what the store would not keep', () => {
    expect(tooOld({ type: 'all' }, 366, now)).toBe(true)
    expect(tooOld({ type: 'relative', amount: 6, unit: 'month' }, 366, now)).toBe(false)
    expect(tooOld({ type: 'relative', amount: 2, unit: 'year' }, 366, now)).toBe(true)
    expect(tooOld({ type: 'all' }, undefined, now)).toBe(false)
  })
  it('know which field a refusal is about', () => {
    expect(copyFieldOf(new ApiError(400, 'InvalidImportSourceException', 'The bucket x cannot be read'))).toBe('uri')
    expect(copyFieldOf(new ApiError(400, 'InvalidImportSourceException', 'S3BucketAccessRoleArn "x" is not the ARN of a role.'))).toBe(
      'role',
    )
    expect(copyFieldOf(new ApiError(400, 'AccountHasOngoingImportException', ''))).toBeUndefined()
  })
})

describe('makeChannel', () => {
  const wanted = (more: Partial<NewChannel> = {}): NewChannel => ({
    name: 'app',
    source: 'Custom',
    access: { principals: ['444455556666'], externalId: '' },
    destinations: [arn],
    ...more,
  })
  it('makes it with its policy', async () => {
    const calls = fake()
    expect(await makeChannel(wanted(), { done: {} }, region, calls.api)).toBe(channel)
    expect(calls.names()).toEqual(['CreateChannel', 'PutResourcePolicy'])
  })
  it('goes on behind what is made, and makes what is wanted otherwise anew', async () => {
    const made = { done: {} }
    await makeChannel(wanted(), made, region, fake('PutResourcePolicy').api).catch(() => {})
    const second = fake('PutResourcePolicy')
    await makeChannel(wanted(), made, region, second.api).catch(() => {})
    expect(second.names()).toEqual(['PutResourcePolicy'])
    const third = fake()
    await makeChannel(wanted({ name: 'other', access: noAccess() }), made, region, third.api)
    expect(third.names()).toEqual(['DeleteChannel', 'CreateChannel'])
  })
})
