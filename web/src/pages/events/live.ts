import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { call, pathOf } from '~/api/client'
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

// mostLive is how many new events are kept before the page is loaded anew.
export const mostLive = 200

interface Live {
  status: LiveStatus
  events: Event[]
  // clear forgets the events, as when the page was loaded anew.
  clear: () => void
}

// Waits between attempts, in milliseconds.
const waits = [1000, 2000, 5000, 10_000, 30_000]

// useLive follows new events of a view. onGap is called when it follows again after it
// did not for a while, as events may have come that it did not see.
export function useLive(on: boolean, region: string, attributes: LookupAttribute[], onGap: () => void): Live {
  const [status, setStatus] = useState<LiveStatus>('off')
  const [events, setEvents] = useState<Event[]>([])
  const client = useQueryClient()
  const gap = useRef(onGap)
  useEffect(() => {
    gap.current = onGap
  }, [onGap])
  const wanted = JSON.stringify(attributes)
  const clear = useCallback(() => setEvents((old) => (old.length ? [] : old)), [])

  useEffect(() => {
    if (!on) return setStatus('off')
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    let missed = false

    const open = () => {
      setStatus(missed ? 'reconnecting' : 'connecting')
      source = new EventSource(pathOf('events/live', { region, attributes: wanted }))
      source.onopen = () => {
        setStatus('on')
        failures = 0
        if (missed) gap.current()
        missed = false
      }
      source.addEventListener('events', (message: MessageEvent<string>) => {
        const came = JSON.parse(message.data) as Event[]
        remember(client, region, came)
        setEvents((old) => prepend(old, came, mostLive))
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
    // An event source does not tell why it was refused; a session that has ended
    // shows in any other call.
    const again = async () => {
      try {
        await call('GET', 'session')
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
    }
  }, [on, region, wanted, client])

  useEffect(() => clear(), [on, region, wanted, clear])
  return { status, events, clear }
}
