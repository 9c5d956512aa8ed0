import type { DateRangePickerProps } from '@cloudscape-design/components/date-range-picker'
import { useEffect, useRef, useState } from 'react'
import { ApiError } from '~/api/errors'
import type { Trail } from '~/api/operations.gen'
import { stream } from '~/api/stream'
import type { Finding, Progress, Report } from './validation-report'

// ranges are the times that are offered.
export const ranges: DateRangePickerProps.RelativeOption[] = [
  { key: 'hour', amount: 1, unit: 'hour', type: 'relative' },
  { key: 'day', amount: 1, unit: 'day', type: 'relative' },
  { key: 'week', amount: 7, unit: 'day', type: 'relative' },
  { key: 'month', amount: 30, unit: 'day', type: 'relative' },
]
const units: Record<string, number> = { second: 1, minute: 60, hour: 3600, day: 86400, week: 604800, month: 2592000, year: 31536000 }

// bounds are the times that a choice stands for now.
export function bounds(range: DateRangePickerProps.Value): { start: string; end: string } {
  if (range.type === 'absolute') return { start: new Date(range.startDate).toISOString(), end: new Date(range.endDate).toISOString() }
  const now = Date.now()
  return { start: new Date(now - range.amount * units[range.unit]! * 1000).toISOString(), end: new Date(now).toISOString() }
}

interface State {
  running: boolean
  // stopped says that the person ended it.
  stopped?: boolean
  progress: Progress
  findings: Finding[]
  report?: Report
  error?: unknown
}

const idle: State = { running: false, progress: { digests: 0, listed: 0, logFiles: 0, bytes: 0 }, findings: [] }

// mostFindings bounds what the page keeps of a validation that finds very much.
const mostFindings = 10_000

// useValidation is a validation of the log files of a trail. It goes on for as long as
// the page of the trail is open, whatever part of it is shown.
export function useValidation(trail: Trail) {
  const [region, setRegion] = useState(trail.HomeRegion!)
  const [range, setRange] = useState<DateRangePickerProps.Value>(ranges[1]!)
  const [state, setState] = useState<State>(idle)
  const abort = useRef<AbortController | null>(null)
  useEffect(() => () => abort.current?.abort(), [])

  const run = async () => {
    abort.current?.abort()
    const controller = (abort.current = new AbortController())
    const set = (change: (old: State) => State) => !controller.signal.aborted && setState(change)
    setState({ ...idle, running: true })
    try {
      const query = { region, trail: trail.TrailARN, ...bounds(range) }
      for await (const { event, data } of stream('validate', query, controller.signal)) {
        const value = JSON.parse(data) as unknown
        if (event === 'progress') set((old) => ({ ...old, progress: value as Progress }))
        if (event === 'finding')
          set((old) => (old.findings.length < mostFindings ? { ...old, findings: [...old.findings, value as Finding] } : old))
        if (event === 'report') return set((old) => ({ ...old, running: false, report: value as Report }))
        if (event === 'failed') {
          const { code, message } = value as { code: string; message: string }
          throw new ApiError(500, code, message)
        }
      }
      throw new ApiError(0, 'Unfinished', 'The validation ended before it was done.')
    } catch (error) {
      set((old) => ({ ...old, running: false, error }))
    }
  }
  const stop = () => {
    abort.current?.abort()
    setState((old) => ({ ...old, running: false, stopped: true }))
  }
  return { region, setRegion, range, setRange, state, run, stop }
}
