import { describe, expect, it } from 'vitest'
import { attributesOf, contradiction, defaultAttributes, filterPath, readAttributes, tokensOf, writeAttributes } from './filter'

const address = (text: string) => new URLSearchParams(text)
const named = (key: string, value: string) => ({ AttributeKey: key as 'EventName', AttributeValue: value })

describe('the filter in the address', () => {
  it('is Read-only = false where the address says nothing', () => {
    expect(readAttributes(address(''))).toEqual(defaultAttributes)
    expect(readAttributes(address('region=eu-west-1&page=3&Nonsense=1&EventName='))).toEqual(defaultAttributes)
  })
  it('is none only where the address says so', () => {
    expect(readAttributes(address('filter=none'))).toEqual([])
    expect(readAttributes(address('filter=none&EventName=A'))).toEqual([named('EventName', 'A')])
  })
  it('comes back as it went', () => {
    const filters = [
      [],
      defaultAttributes,
      [named('ReadOnly', 'true')],
      [
        named('EventName', 'Run&Instances=%20+ü'),
        named('Username', 'a b'),
        named('ResourceName', '\u202Eevil'),
        named('ReadOnly', 'false'),
      ],
      [named('ResourceName', 'a'), named('ResourceName', 'b')],
    ]
    for (const filter of filters) {
      const params = writeAttributes(address('region=x&range=1h&EventId=old&filter=none'), filter)
      expect(readAttributes(new URLSearchParams(params.toString()))).toEqual(filter)
      expect([params.get('region'), params.get('range'), params.get('EventId')]).toEqual(['x', '1h', null])
    }
  })
  it('keeps the default out of the address', () => {
    expect(writeAttributes(address('filter=none'), defaultAttributes).toString()).toBe('')
  })
  it('takes eight at most', () => {
    expect(readAttributes(address(Array.from({ length: 12 }, (_, n) => `EventName=E${n}`).join('&')))).toHaveLength(8)
  })
  it('makes links that say their Region', () => {
    expect(filterPath([named('Username', 'ann/b')], 'eu-west-1')).toBe('/events?Username=ann%2Fb&region=eu-west-1')
  })
})

describe('the filter in the property filter', () => {
  it('takes exact values of known attributes, each once', () => {
    const token = (propertyKey: string | undefined, value: unknown, operator = '=') => ({ propertyKey, value, operator })
    const tokens = [
      token('EventName', 'A'),
      token('EventName', 'A'),
      token('Username', ''),
      token(undefined, 'free text'),
      token('Unknown', 'x'),
      token('EventId', 'x', '!='),
      token('EventId', null),
      token('toString', 'x'),
      token('ReadOnly', 'true'),
    ]
    expect(attributesOf(tokens)).toEqual([named('EventName', 'A'), named('ReadOnly', 'true')])
  })
  it('comes back as it went', () => {
    expect(attributesOf(tokensOf(defaultAttributes))).toEqual(defaultAttributes)
  })
  it('knows what no event can be', () => {
    expect(contradiction([named('EventName', 'A'), ...defaultAttributes, named('EventName', 'B')])).toBe('EventName')
    expect(contradiction([named('ResourceName', 'a'), named('ResourceName', 'b'), named('EventName', 'A')])).toBeUndefined()
  })
})
