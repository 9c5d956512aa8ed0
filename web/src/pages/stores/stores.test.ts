import { describe, expect, it } from 'vitest'
import { ApiError } from '~/api/errors'
import { allManagement } from '~/components/selectors/selection'
import { checkAccess, fromPolicy, toPolicy } from './channel-policy'
import { checkEnrichment, fromConfiguration, isLarge, noEnrichment, toConfiguration } from './enrichment'
import { checkCapture } from './insights'
import {
  checkGeneral,
  createRequest,
  fieldOf,
  generalOf,
  kindOf,
  newGeneral,
  updateRequest,
  why,
  years,
  type Action,
  type Status,
} from './model'
import { addSample, percent, rate, type Sample } from './progress'

const arn = 'arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/01234567-89ab-cdef-0123-456789abcdef'
const of = (category: string) => [{ FieldSelectors: [{ Field: 'eventCategory', Equals: [category] }] }]

describe('settings', () => {
  it('have the defaults of the guide', () => {
    expect(createRequest({ ...newGeneral(), name: 'main' }, 'events', allManagement())).toEqual({
      Name: 'main',
      BillingMode: 'EXTENDABLE_RETENTION_PRICING',
      RetentionPeriod: 366,
      MultiRegionEnabled: true,
      StartIngestion: true,
      AdvancedEventSelectors: [
        { Name: 'Management events selector', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
      ],
    })
  })
  it('are of one Region for events from outside', () => {
    const request = createRequest({ ...newGeneral(), name: 'main', ingest: false }, 'integrations', allManagement())
    expect(request).toMatchObject({
      MultiRegionEnabled: false,
      AdvancedEventSelectors: [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['ActivityAuditLog'] }] }],
    })
    expect(request).not.toHaveProperty('StartIngestion')
  })
  it('are checked', () => {
    const bad = checkGeneral({
      ...newGeneral(),
      retention: '3654',
      ownKey: true,
      policyOn: true,
      policy: '[]',
      tags: [{ key: '', value: '', existing: false }],
    })
    expect(Object.keys(bad).sort()).toEqual(['key', 'name', 'policy', 'retention', 'tags'])
    for (const [billing, days, good] of [
      ['EXTENDABLE_RETENTION_PRICING', '3653', true],
      ['FIXED_RETENTION_PRICING', '2558', false],
      ['FIXED_RETENTION_PRICING', '7', true],
      ['FIXED_RETENTION_PRICING', '6', false],
      ['FIXED_RETENTION_PRICING', '7.5', false],
    ] as const) {
      expect(checkGeneral({ ...newGeneral(), name: 'abc', billing, retention: days }).retention === undefined, `${billing} ${days}`).toBe(
        good,
      )
    }
  })
  it('that did not change are not sent', () => {
    const store = {
      EventDataStoreArn: arn,
      Name: 'a',
      BillingMode: 'FIXED_RETENTION_PRICING' as const,
      RetentionPeriod: 100,
      MultiRegionEnabled: true,
    }
    expect(updateRequest(store, generalOf(store))).toEqual({ EventDataStore: arn })
    expect(
      updateRequest(store, {
        ...generalOf(store),
        name: 'b',
        retention: '90',
        billing: 'EXTENDABLE_RETENTION_PRICING',
        currentRegion: true,
      }),
    ).toEqual({
      EventDataStore: arn,
      Name: 'b',
      RetentionPeriod: 90,
      BillingMode: 'EXTENDABLE_RETENTION_PRICING',
      MultiRegionEnabled: false,
    })
  })
  it('know which field a refusal is about', () => {
    const field = (code: string, message: string) => fieldOf(new ApiError(400, code, message))
    expect(field('EventDataStoreAlreadyExistsException', '')).toBe('name')
    expect(field('InvalidParameterException', 'RetentionPeriod is 1 days; …')).toBe('retention')
    expect(field('InvalidParameterException', 'The event data store has the KMS key x. A key can not be changed or removed.')).toBe('key')
    expect(field('AccessDeniedException', 'name')).toBeUndefined()
  })
  it('say days as people do', () => {
    expect(years(366)).toBe('1 year')
    expect(years(1000)).toBe('about 2.7 years')
    expect(years(45)).toBe('about 6 weeks')
  })
})

describe('kinds and actions', () => {
  it.each([
    ['Management', 'events'],
    ['Data', 'events'],
    ['NetworkActivity', 'events'],
    ['Insight', 'insights'],
    ['ConfigurationItem', 'config'],
    ['ActivityAuditLog', 'integrations'],
    ['Evidence', 'evidence'],
  ])('%s is %s', (category, kind) => expect(kindOf({ AdvancedEventSelectors: of(category) })).toBe(kind))
  const can: [Action, Status, string, boolean, boolean][] = [
    ['start', 'STOPPED_INGESTION', 'Management', false, true],
    ['start', 'ENABLED', 'Management', false, false],
    ['stop', 'ENABLED', 'Data', false, true],
    ['stop', 'ENABLED', 'Insight', false, false],
    ['stop', 'ENABLED', 'ConfigurationItem', false, true],
    ['copy', 'STOPPED_INGESTION', 'Management', true, true],
    ['copy', 'ENABLED', 'ActivityAuditLog', false, false],
    ['delete', 'ENABLED', 'Management', true, false],
    ['delete', 'ENABLED', 'Management', false, true],
    ['delete', 'PENDING_DELETION', 'Management', false, false],
    ['restore', 'PENDING_DELETION', 'Management', false, true],
    ['restore', 'ENABLED', 'Management', false, false],
    ['protection', 'ENABLED', 'Insight', true, true],
    ['protection', 'PENDING_DELETION', 'Insight', false, false],
  ]
  it.each(can)('%s when %s %s, protected %s: %s', (action, Status, category, TerminationProtectionEnabled, allowed) => {
    expect(why(action, { Status, TerminationProtectionEnabled, AdvancedEventSelectors: of(category) }) === undefined).toBe(allowed)
  })
})

describe('enrichment', () => {
  it('needs large events for keys', () => {
    expect(toConfiguration(arn, noEnrichment())).toEqual({ EventDataStore: arn, MaxEventSize: 'Standard', ContextKeySelectors: [] })
    const some = { tagKeys: ['a'], conditionKeys: ['aws:PrincipalArn'], large: false }
    expect(isLarge(some)).toBe(true)
    const request = toConfiguration(arn, some)
    expect(request).toEqual({
      EventDataStore: arn,
      MaxEventSize: 'Large',
      ContextKeySelectors: [
        { Type: 'TagContext', Equals: ['a'] },
        { Type: 'RequestContext', Equals: ['aws:PrincipalArn'] },
      ],
    })
    expect(fromConfiguration(request)).toEqual({ ...some, large: true })
  })
  it('is checked', () => {
    expect(checkEnrichment({ tagKeys: ['x'.repeat(129)], conditionKeys: ['aws:SourceIp'], large: true })).toEqual({
      tagKeys: expect.stringMatching(/128/),
      conditionKeys: expect.stringMatching(/aws:SourceIp/),
    })
    expect(
      checkEnrichment({ tagKeys: Array.from({ length: 51 }, (_, i) => `k${i}`), conditionKeys: ['aws:PrincipalTag/team'], large: true }),
    ).toEqual({ tagKeys: expect.stringMatching(/50/) })
  })
})

describe('channel policies', () => {
  const channel = 'arn:aws:cloudtrail:us-east-1:111122223333:channel/01234567-89ab-cdef-0123-456789abcdef'
  it('come back as they were', () => {
    for (const access of [
      { principals: ['444455556666'], externalId: '' },
      { principals: ['444455556666', 'arn:aws:iam::444455556666:user/a'], externalId: 'id-1' },
    ]) {
      expect(fromPolicy(toPolicy(channel, access)!, channel)).toEqual(access)
    }
    expect(toPolicy(channel, { principals: [], externalId: '' })).toBeUndefined()
  })
  it('that say more are left as they are', () => {
    const policy = JSON.parse(toPolicy(channel, { principals: ['444455556666'], externalId: '' })!)
    policy.Statement[0].Condition = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }
    expect(fromPolicy(JSON.stringify(policy), channel)).toBeUndefined()
    policy.Statement = [policy.Statement[0], policy.Statement[0]]
    expect(fromPolicy(JSON.stringify(policy), channel)).toBeUndefined()
    expect(fromPolicy('no', channel)).toBeUndefined()
  })
  it('are checked', () => {
    expect(checkAccess({ principals: [], externalId: '' }, false)).toEqual({})
    expect(Object.keys(checkAccess({ principals: [], externalId: '' }, true))).toEqual(['principals', 'externalId'])
    expect(checkAccess({ principals: ['12'], externalId: '' }, false).principals).toMatch(/12 digits/)
    expect(checkAccess({ principals: ['444455556666'], externalId: 'a b' }, true).externalId).toMatch(/1,224/)
  })
})

describe('progress', () => {
  it('is never all while it runs', () => {
    expect(percent('IN_PROGRESS', { PrefixesFound: 4, PrefixesCompleted: 4 })).toBe(99)
    expect(percent('IN_PROGRESS', { PrefixesFound: 4, PrefixesCompleted: 1 })).toBe(25)
    expect(percent('INITIALIZING', undefined)).toBe(0)
    expect(percent('COMPLETED', {})).toBe(100)
    expect(percent('FAILED', { PrefixesFound: 4, PrefixesCompleted: 4 })).toBe(100)
  })
  it('has a rate of the last seconds', () => {
    let samples: Sample[] = []
    for (let s = 0; s <= 60; s++) samples = addSample(samples, { at: s * 1000, events: s < 50 ? s * 10 : 500 + (s - 50) * 100 })
    expect(samples.length).toBeLessThan(13)
    expect(rate(samples)).toBeCloseTo(100, 0)
    expect(rate([])).toBeUndefined()
    expect(addSample(samples, { at: 61_000, events: 0 })).toEqual([{ at: 61_000, events: 0 }])
  })
})

describe('checkCapture', () => {
  const types = { rate: true, errors: false }
  it('asks for a destination and a type that the events have', () => {
    expect(checkCapture({ on: false, destination: '', types }, allManagement())).toBeUndefined()
    expect(checkCapture({ on: true, destination: '', types }, allManagement())).toMatch(/destination/)
    expect(checkCapture({ on: true, destination: 'd', types: { rate: false, errors: false } }, allManagement())).toMatch(/type/)
    expect(checkCapture({ on: true, destination: 'd', types }, allManagement())).toBeUndefined()
    const reads = allManagement()
    reads.management.write = false
    expect(checkCapture({ on: true, destination: 'd', types }, reads)).toMatch(/write management events/)
  })
})
