// Range is a time range: back from now, between two times, or all that there is.
export type Range = Relative | Absolute | null

export interface Relative {
  type: 'relative'
  amount: number
  unit: Unit
}

export interface Absolute {
  type: 'absolute'
  // start and end are RFC 3339.
  start: string
  end: string
}

export type Unit = 'minute' | 'hour' | 'day' | 'week'

const seconds: Record<Unit, number> = { minute: 60, hour: 3600, day: 86400, week: 604800 }
const letters: Record<string, Unit> = { m: 'minute', h: 'hour', d: 'day', w: 'week' }

// presets are the relative ranges to choose from.
export const presets: Relative[] = [
  { type: 'relative', amount: 30, unit: 'minute' },
  { type: 'relative', amount: 1, unit: 'hour' },
  { type: 'relative', amount: 12, unit: 'hour' },
  { type: 'relative', amount: 1, unit: 'day' },
  { type: 'relative', amount: 7, unit: 'day' },
  { type: 'relative', amount: 90, unit: 'day' },
]

// keyOf names a relative range in an address: 30m, 12h, 7d.
export const keyOf = (range: Relative) => `${range.amount}${range.unit[0]}`

// readRange takes the range out of an address; one that makes no sense is none.
export function readRange(params: URLSearchParams): Range {
  const match = /^([1-9]\d{0,5})([mhdw])$/.exec(params.get('range') ?? '')
  if (match) return { type: 'relative', amount: Number(match[1]), unit: letters[match[2]!]! }
  const [start, end] = [params.get('start'), params.get('end')]
  if (!start || !end) return null
  const range: Range = { type: 'absolute', start, end }
  const [from, to] = [Date.parse(start), Date.parse(end)]
  return Number.isNaN(from) || Number.isNaN(to) || from > to ? null : range
}

// writeRange puts a range into an address, in place of the one that is there.
export function writeRange(params: URLSearchParams, range: Range): URLSearchParams {
  const next = new URLSearchParams(params)
  for (const name of ['range', 'start', 'end']) next.delete(name)
  if (range?.type === 'relative') next.set('range', keyOf(range))
  if (range?.type === 'absolute') {
    next.set('start', iso(range.start))
    next.set('end', iso(range.end))
  }
  return next
}

const iso = (time: string) => new Date(time).toISOString().replace('.000Z', 'Z')

// Bounds are a range in seconds since 1970, both inclusive.
export interface Bounds {
  start?: number
  end?: number
}

// boundsOf computes a range at a moment, in milliseconds since 1970. A relative range
// has no end, so that what comes next is in it.
export function boundsOf(range: Range, now: number): Bounds {
  if (!range) return {}
  if (range.type === 'relative') return { start: Math.floor(now / 1000) - range.amount * seconds[range.unit] }
  return { start: Math.floor(Date.parse(range.start) / 1000), end: Math.floor(Date.parse(range.end) / 1000) }
}

// isOpen tells whether events that happen now can be in a range.
export const isOpen = (range: Range, now: number) => range?.type !== 'absolute' || Date.parse(range.end) > now

// problemOf says what is wrong with a range that a person enters, or nothing. How far
// back it goes does not matter: log files that were loaded may be of any time.
export function problemOf(range: Range): string | undefined {
  if (!range) return undefined
  if (range.type === 'relative') {
    if (!Number.isInteger(range.amount) || range.amount < 1) return 'Enter a whole number of 1 or more.'
    return undefined
  }
  const [start, end] = [Date.parse(range.start), Date.parse(range.end)]
  if (Number.isNaN(start)) return 'Enter a start date and time.'
  if (Number.isNaN(end)) return 'Enter an end date and time.'
  if (start > end) return 'The start must be before the end.'
  return undefined
}

// withOffset writes a time as a date picker has it: 2026-03-01T14:00:00+02:00.
export function withOffset(time: string, offsetMinutes: number): string {
  const wall = new Date(Date.parse(time) + offsetMinutes * 60_000).toISOString().slice(0, 19)
  const size = Math.abs(offsetMinutes)
  const pad = (n: number) => String(n).padStart(2, '0')
  return `${wall}${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`
}
