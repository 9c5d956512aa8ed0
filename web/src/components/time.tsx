import { ago, at, formatTime } from '~/lib/time'
import { useZone } from '~/shell/topbar'

// Time shows a time in the zone that the reader chose, and how long ago on hover.
export function Time({ value }: { value: number | string | Date | undefined | null }) {
  const [zone] = useZone()
  if (value === undefined || value === null) return <>-</>
  const date = at(value)
  if (Number.isNaN(date.getTime())) return <>-</>
  return (
    <time dateTime={date.toISOString()} title={ago(date)}>
      {formatTime(date, zone)}
    </time>
  )
}
