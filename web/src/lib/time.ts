// Zone is in which time zone times are shown.
export type Zone = 'utc' | 'local'

// at makes a date of what the APIs give: seconds since 1970, RFC 3339, or a Date.
export function at(time: number | string | Date): Date {
  if (time instanceof Date) return time
  return typeof time === 'number' ? new Date(time * 1000) : new Date(time)
}

const formats: Record<Zone, Intl.DateTimeFormat> = {
  utc: format('UTC'),
  local: format(undefined),
}

function format(timeZone: string | undefined): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone, year: 'numeric', month: 'long', day: 'numeric',
    hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  })
}

// offset names a date's distance from UTC in a zone: UTC+02:00.
export function offset(date: Date, zone: Zone): string {
  if (zone === 'utc') return 'UTC'
  const minutes = -date.getTimezoneOffset()
  const sign = minutes < 0 ? '-' : '+'
  const size = Math.abs(minutes)
  return `UTC${sign}${String(Math.floor(size / 60)).padStart(2, '0')}:${String(size % 60).padStart(2, '0')}`
}

// formatTime is a time as the pages show it: July 19, 2023, 21:44:40 (UTC).
export function formatTime(time: number | string | Date | undefined | null, zone: Zone): string {
  if (time === undefined || time === null) return '-'
  const date = at(time)
  if (Number.isNaN(date.getTime())) return '-'
  return `${formats[zone].format(date).replace(' at ', ', ')} (${offset(date, zone)})`
}

const steps: [number, Intl.RelativeTimeFormatUnit][] = [
  [60, 'second'], [3600, 'minute'], [86400, 'hour'], [Infinity, 'day'],
]
const sizes: Record<string, number> = { second: 1, minute: 60, hour: 3600, day: 86400 }
const relative = new Intl.RelativeTimeFormat('en-US', { numeric: 'auto' })

// ago is how long a time is from now: 5 minutes ago, in 2 hours.
export function ago(time: number | string | Date, now = Date.now()): string {
  const seconds = (at(time).getTime() - now) / 1000
  const unit = steps.find(([limit]) => Math.abs(seconds) < limit)![1]
  return relative.format(Math.round(seconds / sizes[unit]!), unit)
}

// duration is a length of time: 1.2 s, 3 min 5 s, 2 h 3 min.
export function duration(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '-'
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}
