import type { Event, LookupAttribute } from '~/api/operations.gen'
import { visible } from '~/lib/text'
import { filterPath } from './filter'

type Fields = Record<string, unknown>

const parsed = new WeakMap<Event, Fields>()

// recordOf is the record of an event, read once; an empty one if it is no JSON object.
export function recordOf(event: Event): Fields {
  let record = parsed.get(event)
  if (!record) {
    record = read(event.CloudTrailEvent)
    parsed.set(event, record)
  }
  return record
}

function read(text: string | undefined): Fields {
  try {
    const value = JSON.parse(text ?? '') as unknown
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {}
  } catch {
    return {}
  }
}

// field is a value of a record by its path, as text; '' if there is none.
export function field(event: Event, ...path: string[]): string {
  let value: unknown = recordOf(event)
  for (const name of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return ''
    value = (value as Fields)[name]
  }
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

// resourceTypes are the types of an event's resources, each once.
export const resourceTypes = (event: Event) => [...new Set((event.Resources ?? []).flatMap((r) => r.ResourceType ?? []))]

// resourceNames are the names of an event's resources, each once.
export const resourceNames = (event: Event) => [...new Set((event.Resources ?? []).flatMap((r) => r.ResourceName ?? []))]

// summary is a list in a cell: the first two, and how many more.
export function summary(list: string[]): string {
  const most = 2
  return list.slice(0, most).join(', ') + (list.length > most ? ` and ${list.length - most} more` : '')
}

// Similar is a way from an event to those like it.
export interface Similar {
  id: string
  text: string
  path: string
}

// similarTo are the ways from an event to others with something in common.
export function similarTo(event: Event, region: string): Similar[] {
  const out: Similar[] = []
  const add = (id: string, text: string, value: string | undefined, attribute: LookupAttribute['AttributeKey']) => {
    // The API takes no longer values.
    if (!value || value.length > 2000) return
    out.push({ id, text: `${text}: ${brief(value)}`, path: filterPath([{ AttributeKey: attribute, AttributeValue: value }], region) })
  }
  add('name', 'Same event name', event.EventName, 'EventName')
  add('user', 'Same user name', event.Username, 'Username')
  add('key', 'Same access key', event.AccessKeyId, 'AccessKeyId')
  add('source', 'Same event source', event.EventSource, 'EventSource')
  for (const [n, name] of resourceNames(event).slice(0, 3).entries()) add(`resource${n}`, 'Same resource', name, 'ResourceName')
  return out
}

const brief = (value: string) => visible(value.length > 60 ? value.slice(0, 59) + '…' : value)

// eventPath is the address of an event's page.
export const eventPath = (id: string, region: string) => `/events/${encodeURIComponent(id)}?region=${encodeURIComponent(region)}`
