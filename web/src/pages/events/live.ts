import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { call, pathOf, refusal } from '~/api/client'
import type { Event, LookupAttribute } from '~/api/operations.gen'
import { remember } from './use-events'

// LiveStatus is how a live view is doing; paused is while nobody looks at the page.
export type LiveStatus = 'off' | 'connecting' | 'on' | 'reconnecting' | 'paused'

// prepend puts events that came in before those that are there, each once, newest first.
export function prepend(old: Event[], came: Event[], most: number): Event[] {
  const known = new Set(old.map((e) => e.EventId))
  const fresh = came.filter((e) => e.EventId && !known.has(e.EventId) && known.add(e.EventId))
  if (fresh.length === 0) return old
  fresh.sort((a, b) => (b.EventTime ?? 0) - (a.EventTime ?? 0))
  return [...fresh, ...old].slice(0, most)
}

// mostLive is how many new events are kept: the page is loaded anew when there are more.
export const mostLive = 100

// settle keeps what a page that was loaded anew does not have: what came after it.
export function settle(old: Event[], page: Event[]): Event[] {
  const ids = new Set(page.map((e) => e.EventId))
  const newest = page[0]?.EventTime ?? 0
  const kept = old.filter((e) => !ids.has(e.EventId) && (e.EventTime ?? 0) >= newest)
  return kept.length === old.length ? old : kept
}

interface Live {
  status: LiveStatus
  // problem is why the server does not let this page follow, if it says so.
  problem: unknown
  events: Event[]
  // loaded takes the events of a page that was loaded anew.
  loaded: (page: Event[]) => void
}

// A flood of events is shown in steps, this far apart in milliseconds.
const beat = 500

// Waits between attempts, in milliseconds.
const waits = [1000, 2000, 5000, 10_000, 30_000]

// refusalOf asks why a stream does not begin; nothing if it would.
async function refusalOf(address: string): Promise<unknown> {
  const abort = new AbortController()
  try {
    const response = await fetch(address, { credentials: 'same-origin', signal: abort.signal })
    return response.ok ? undefined : await refusal(response)
  } finally {
    abort.abort()
  }
}

// useLive follows new events of a view. onGap is called when it begins, and begins
// again, as events may have come before that it did not see.
export function useLive(on: boolean, region: string, attributes: LookupAttribute[], onGap: () => void): Live {
  const [status, setStatus] = useState<LiveStatus>('off')
  const [events, setEvents] = useState<Event[]>([])
  const [problem, setProblem] = useState<unknown>()
  const client = useQueryClient()
  const gap = useRef(onGap)
  useEffect(() => {
    gap.current = onGap
  }, [onGap])
  const wanted = JSON.stringify(attributes)
  const loaded = useCallback((page: Event[]) => setEvents((old) => settle(old, page)), [])

  useEffect(() => {
    if (!on) return setStatus('off')
    const address = pathOf('events/live', { region, attributes: wanted })
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    let missed = false
    let waiting: Event[] = []
    let shown = 0
    let beating: ReturnType<typeof setTimeout> | undefined

    const show = () => {
      const came = waiting
      waiting = []
      beating = undefined
      shown = Date.now()
      remember(client, region, came)
      setEvents((old) => prepend(old, came, mostLive))
    }
    const open = () => {
      setStatus(missed ? 'reconnecting' : 'connecting')
      source = new EventSource(address)
      source.onopen = () => {
        setStatus('on')
        setProblem(undefined)
        failures = 0
        missed = false
        gap.current()
      }
      source.addEventListener('events', (message: MessageEvent<string>) => {
        waiting = prepend(waiting, JSON.parse(message.data) as Event[], mostLive)
        beating ??= setTimeout(show, Math.max(0, shown + beat - Date.now()))
      })
      // The server could not keep all that came for a slow reader.
      source.addEventListener('missed', () => gap.current())
      source.onerror = () => {
        source?.close()
        missed = true
        setStatus('reconnecting')
        timer = setTimeout(() => void again(), waits[Math.min(failures++, waits.length - 1)])
      }
    }
    // An event source does not tell why it was refused. A session that has ended shows in
    // any other call; what else it is shows when the server is there and refuses twice.
    const again = async () => {
      const mine = source
      try {
        await call('GET', 'session')
        const why = failures > 1 ? await refusalOf(address) : undefined
        if (source === mine) setProblem(why)
      } catch {
        // The attempt itself tells.
      }
      if (!document.hidden && source?.readyState === EventSource.CLOSED) open()
    }
    const close = () => {
      clearTimeout(timer)
      source?.close()
      source = undefined
    }
    const look = () => {
      if (document.hidden) {
        close()
        missed = true
        setStatus('paused')
      } else if (!source) open()
    }
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      close()
      clearTimeout(beating)
      setEvents([])
      setProblem(undefined)
    }
  }, [on, region, wanted, client])

  return { status, events, problem, loaded }
}
