import { describe, expect, it } from 'vitest'
import { field, recordOf, resourceNames, resourceTypes, similarTo, summary } from './record'
import { mfaOf } from './columns'

const event = (record: unknown, more = {}) => ({ CloudTrailEvent: typeof record === 'string' ? record : JSON.stringify(record), ...more })

describe('the record of an event', () => {
  it('may be of any shape', () => {
    for (const text of ['', 'null', '[]', '"x"', '3', '{']) expect(recordOf(event(text)), text).toEqual({})
    expect(recordOf({})).toEqual({})
  })
  it('gives fields as text', () => {
    const e = event({ userIdentity: null, requestParameters: { a: [1], n: 0, f: false, e: '' } })
    expect(field(e, 'userIdentity', 'type')).toBe('')
    expect(field(e, 'requestParameters', 'a')).toBe('[1]')
    expect([field(e, 'requestParameters', 'n'), field(e, 'requestParameters', 'f'), field(e, 'requestParameters', 'e')]).toEqual([
      '0',
      'false',
      '',
    ])
    expect(field(e, 'requestParameters', 'a', 'length', 'x')).toBe('')
    expect(field(e, 'constructor', 'name')).toBe('')
  })
  it('says whether MFA was used, where it says so at all', () => {
    const session = (mfaAuthenticated: string) => event({ userIdentity: { sessionContext: { attributes: { mfaAuthenticated } } } })
    expect([session('true'), session('false'), event({ additionalEventData: { MFAUsed: 'Yes' } }), event({})].map(mfaOf)).toEqual([
      'Yes',
      'No',
      'Yes',
      '',
    ])
  })
})

describe('resources of an event', () => {
  const e = { Resources: [{ ResourceType: 'T', ResourceName: 'a' }, { ResourceType: 'T', ResourceName: 'b' }, { ResourceName: 'c' }, {}] }
  it('are each listed once, and briefly', () => {
    expect(resourceTypes(e)).toEqual(['T'])
    expect(summary(resourceNames(e))).toBe('a, b and 1 more')
    expect(summary([])).toBe('')
    expect(resourceNames({})).toEqual([])
  })
})

describe('similar events', () => {
  it('share what the event has', () => {
    const links = similarTo({ EventName: 'A', Username: 'x y', AccessKeyId: '', Resources: [{ ResourceName: 'r' }] }, 'eu-west-1')
    expect(links.map((l) => [l.id, l.path])).toEqual([
      ['name', '/events?EventName=A&region=eu-west-1'],
      ['user', '/events?Username=x+y&region=eu-west-1'],
      ['resource0', '/events?ResourceName=r&region=eu-west-1'],
    ])
  })
  it('are not asked for by values that the API refuses', () => {
    expect(similarTo({ EventName: 'A'.repeat(2001) }, 'r')).toEqual([])
  })
  it('spell hostile names out', () => {
    expect(similarTo({ EventName: 'a\u202Eb\u001b[31m' }, 'r')[0]!.text).toBe('Same event name: a\\u202eb\\u001b[31m')
  })
})
