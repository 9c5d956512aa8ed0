import { useCallback, useEffect, useRef, useState } from 'react'
import { call } from '~/api/client'
import type { LookupAttribute } from '~/api/operations.gen'
import type { AttributeKey } from './filter'
import type { Bounds } from './range'

interface Suggestions {
  values: { value: string; count: number }[]
  // sampled is how many events were looked at.
  sampled: number
}

// suggest asks for values of an attribute among the events that a filter leaves.
export function suggest(
  region: string,
  body: { key: AttributeKey; prefix: string; attributes: LookupAttribute[]; start?: string; end?: string },
  signal: AbortSignal,
): Promise<Suggestions> {
  return call('POST', 'events/suggest', { query: { region }, body, signal })
}

export interface SuggestionState {
  key?: AttributeKey
  status: 'pending' | 'loading' | 'finished' | 'error'
  values: { value: string; count: number }[]
}

// A person types faster than this; only where they stop is asked for.
const pause = 150

// useSuggestions loads what the filter suggests. A newer question ends the older.
export function useSuggestions(region: string, attributes: LookupAttribute[], bounds: Bounds) {
  const [state, setState] = useState<SuggestionState>({ status: 'pending', values: [] })
  const running = useRef<{ abort: AbortController; timer: ReturnType<typeof setTimeout> } | undefined>(undefined)
  const stop = useCallback(() => {
    clearTimeout(running.current?.timer)
    running.current?.abort.abort()
  }, [])
  useEffect(() => stop, [stop])
  const load = useCallback(
    (key: AttributeKey, prefix: string) => {
      stop()
      const abort = new AbortController()
      setState((old) => ({ key, status: 'loading', values: old.key === key ? old.values : [] }))
      const ask = async () => {
        try {
          const others = attributes.filter((a) => a.AttributeKey !== key)
          const answer = await suggest(
            region,
            { key, prefix, attributes: others, start: time(bounds.start), end: time(bounds.end) },
            abort.signal,
          )
          if (!abort.signal.aborted) setState({ key, status: 'finished', values: answer.values })
        } catch {
          if (!abort.signal.aborted) setState({ key, status: 'error', values: [] })
        }
      }
      running.current = { abort, timer: setTimeout(() => void ask(), pause) }
    },
    [stop, region, attributes, bounds.start, bounds.end],
  )
  return { state, load }
}

const time = (seconds: number | undefined) => (seconds === undefined ? undefined : new Date(seconds * 1000).toISOString())
