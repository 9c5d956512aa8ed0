import type { LookupAttribute } from '~/api/operations.gen'

// AttributeKey is one of the eight lookup attributes.
export type AttributeKey = LookupAttribute['AttributeKey']

// attributeNames are the attributes in the order and the words of AWS's console.
export const attributeNames: Record<AttributeKey, string> = {
  AccessKeyId: 'AWS access key',
  EventId: 'Event ID',
  EventName: 'Event name',
  EventSource: 'Event source',
  ReadOnly: 'Read-only',
  ResourceName: 'Resource name',
  ResourceType: 'Resource type',
  Username: 'User name',
}

export const attributeKeys = Object.keys(attributeNames) as AttributeKey[]

// mostAttributes is how many a lookup may have.
export const mostAttributes = 8

const isKey = (name: string): name is AttributeKey => Object.hasOwn(attributeNames, name)

// defaultAttributes is the filter of an address that names none: what changed something.
export const defaultAttributes: LookupAttribute[] = [{ AttributeKey: 'ReadOnly', AttributeValue: 'false' }]

// readAttributes takes the filter out of an address: EventName=RunInstances, one for
// each attribute; filter=none is no filter at all.
export function readAttributes(params: URLSearchParams): LookupAttribute[] {
  const found: LookupAttribute[] = []
  for (const [name, value] of params) {
    if (isKey(name) && value !== '') found.push({ AttributeKey: name, AttributeValue: value })
  }
  if (found.length === 0) return params.get('filter') === 'none' ? [] : defaultAttributes
  return found.slice(0, mostAttributes)
}

// writeAttributes puts a filter into an address, in place of the one that is there.
export function writeAttributes(params: URLSearchParams, attributes: LookupAttribute[]): URLSearchParams {
  const next = new URLSearchParams()
  for (const [name, value] of params) if (!isKey(name) && name !== 'filter') next.append(name, value)
  if (attributes.length === 0) next.set('filter', 'none')
  else if (!isDefault(attributes)) for (const a of attributes) next.append(a.AttributeKey, a.AttributeValue)
  return next
}

function isDefault(attributes: LookupAttribute[]): boolean {
  const [only, ...rest] = attributes
  return rest.length === 0 && only?.AttributeKey === 'ReadOnly' && only.AttributeValue === 'false'
}

// Token is a filter as Cloudscape's property filter has it.
export interface Token {
  propertyKey?: string
  operator: string
  value: unknown
}

// tokensOf shows a filter in the property filter.
export const tokensOf = (attributes: LookupAttribute[]) =>
  attributes.map((a) => ({ propertyKey: a.AttributeKey, operator: '=' as const, value: a.AttributeValue }))

// attributesOf takes what the property filter has: exact values of known attributes,
// none twice, no more than a lookup may have.
export function attributesOf(tokens: readonly Token[]): LookupAttribute[] {
  const out: LookupAttribute[] = []
  for (const token of tokens) {
    const { propertyKey: key, value } = token
    if (!key || !isKey(key) || typeof value !== 'string' || value === '' || token.operator !== '=') continue
    if (!out.some((a) => a.AttributeKey === key && a.AttributeValue === value)) out.push({ AttributeKey: key, AttributeValue: value })
  }
  return out.slice(0, mostAttributes)
}

// contradiction is an attribute of which a filter has two values though an event has
// only one: it finds nothing.
export function contradiction(attributes: LookupAttribute[]): AttributeKey | undefined {
  const many = ['ResourceName', 'ResourceType']
  return attributes.find((a, n) => !many.includes(a.AttributeKey) && attributes.findIndex((b) => b.AttributeKey === a.AttributeKey) < n)?.AttributeKey
}

// filterPath is the address of the event history with a filter, for links.
export function filterPath(attributes: LookupAttribute[], region: string): string {
  const params = writeAttributes(new URLSearchParams(), attributes)
  params.set('region', region)
  return '/events?' + params.toString()
}
