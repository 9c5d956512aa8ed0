import type { AdvancedEventSelector, EventSelector } from '~/api/operations.gen'
import { categoryOf } from './draft'
import { operators } from './rules'
import { basicTypes, fromGiven, type Given, type Selection } from './selection'

// Selectors as JSON, both ways.

// print lays selectors out as the AWS CLI takes them: a list.
export const print = (g: Given): string => JSON.stringify(g.EventSelectors ?? g.AdvancedEventSelectors ?? [], null, 2)

// parse reads a list of selectors. What is no such list is an error that says
// where.
export function parse(text: string, target: 'trail' | 'store'): { selection: Selection } | { error: string } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { error: `This is not JSON: ${error instanceof Error ? error.message : String(error)}.` }
  }
  const list = unwrapped(value)
  if (!Array.isArray(list)) return { error: 'Enter a list of event selectors: [ {…}, … ].' }
  if (list.length === 0) return { error: 'Enter at least one event selector.' }
  const advanced = list.some((s) => isObject(s) && ('FieldSelectors' in s || 'Name' in s))
  if (!advanced && target === 'store') return { error: 'An event data store takes advanced event selectors: objects with FieldSelectors.' }
  for (const [i, s] of list.entries()) {
    const error = advanced ? advancedError(s) : basicError(s)
    if (error) return { error: `Selector ${i + 1}: ${error}` }
  }
  const given: Given = advanced ? { AdvancedEventSelectors: list as AdvancedEventSelector[] } : { EventSelectors: list as EventSelector[] }
  return { selection: fromGiven(given) }
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)

// unwrapped takes the answer of get-event-selectors too.
function unwrapped(value: unknown): unknown {
  return isObject(value) ? (value.AdvancedEventSelectors ?? value.EventSelectors ?? value) : value
}

const isTexts = (v: unknown): v is string[] => Array.isArray(v) && v.every((x) => typeof x === 'string')

function unknownMember(s: Record<string, unknown>, known: readonly string[]): string | undefined {
  const name = Object.keys(s).find((k) => !known.includes(k))
  return name === undefined ? undefined : `"${name}" is not a member of it. Use ${known.join(', ')}.`
}

function advancedError(s: unknown): string | undefined {
  if (!isObject(s)) return 'it is not an object.'
  const bad = unknownMember(s, ['Name', 'FieldSelectors'])
  if (bad) return bad
  if (s.Name !== undefined && typeof s.Name !== 'string') return 'Name is not a text.'
  if (!Array.isArray(s.FieldSelectors) || s.FieldSelectors.length === 0) return 'FieldSelectors is not a list with at least one field.'
  const fields = new Set<string>()
  for (const f of s.FieldSelectors as unknown[]) {
    if (!isObject(f) || typeof f.Field !== 'string') return 'a field selector has no Field.'
    const more = unknownMember(f, ['Field', ...operators])
    if (more) return `${f.Field}: ${more}`
    const used = operators.filter((o) => f[o] !== undefined)
    const wrong = used.find((o) => !isTexts(f[o]) || (f[o] as string[]).length === 0)
    if (wrong) return `${f.Field}: ${wrong} is not a list of texts.`
    if (used.length === 0) return `${f.Field}: it has no operator. Add one of ${operators.join(', ')}.`
    if (fields.has(f.Field)) return `${f.Field} is there twice. Put all its conditions into one field selector.`
    fields.add(f.Field)
  }
  const category = categoryOf(s as unknown as AdvancedEventSelector)
  if (!['Management', 'Data', 'NetworkActivity'].includes(category))
    return 'its eventCategory has to equal Management, Data, or NetworkActivity.'
  const single = ['eventCategory', { Management: '', Data: 'resources.type', NetworkActivity: 'eventSource' }[category]]
  for (const f of s.FieldSelectors as Record<string, unknown>[]) {
    const values = operators.flatMap((o) => (f[o] as string[] | undefined) ?? [])
    if (single.includes(f.Field as string) && (values.length !== 1 || !f.Equals)) return `${f.Field as string} takes one value, with Equals.`
  }
  return undefined
}

function basicError(s: unknown): string | undefined {
  if (!isObject(s)) return 'it is not an object.'
  const bad = unknownMember(s, ['ReadWriteType', 'IncludeManagementEvents', 'DataResources', 'ExcludeManagementEventSources'])
  if (bad) return bad
  if (s.ReadWriteType !== undefined && !['All', 'ReadOnly', 'WriteOnly'].includes(s.ReadWriteType as string))
    return 'ReadWriteType is All, ReadOnly, or WriteOnly.'
  if (s.IncludeManagementEvents !== undefined && typeof s.IncludeManagementEvents !== 'boolean')
    return 'IncludeManagementEvents is true or false.'
  if (s.ExcludeManagementEventSources !== undefined && !isTexts(s.ExcludeManagementEventSources))
    return 'ExcludeManagementEventSources is a list of texts.'
  const resources = s.DataResources ?? []
  if (!Array.isArray(resources) || !resources.every((r) => isObject(r) && typeof r.Type === 'string' && isTexts(r.Values))) {
    return 'DataResources is a list of objects with Type and Values.'
  }
  const type = resources.map((r) => (r as { Type: string }).Type).find((t) => !basicTypes.some((known) => known.type === t))
  if (type !== undefined)
    return `basic event selectors do not have the type ${type}. Use ${basicTypes.map((t) => t.type).join(', ')}, or advanced event selectors.`
  return undefined
}
