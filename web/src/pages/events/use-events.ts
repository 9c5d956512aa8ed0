import { keepPreviousData, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { cloudtrail } from '~/api/client'
import type { Event, LookupEventsResponse } from '~/api/operations.gen'
import { boundsOf, type Bounds } from './range'
import type { AddressView } from './use-view'
import { beginWalk, keepWalk, keptWalk, knows, learn, tokenOf, type Walk } from './walk'

// Page is a page of the event history as it is shown.
export interface Page {
  // number is the page's, which is the first if the address names one whose token is
  // not known here.
  number: number
  events: Event[]
  bounds: Bounds
  // began changes when the lookup begins anew.
  began: number
  pages: number
  openEnd: boolean
  // loading is while there is nothing to show, fetching while something new comes.
  loading: boolean
  fetching: boolean
  error: unknown
  refresh: () => void
}

// A page that is older than this is asked for again by who comes back.
const fresh = 30_000

// useEvents looks the page of a view up.
export function useEvents(view: AddressView, pageSize: number): Page {
  const { region, attributes, range, page } = view
  const client = useQueryClient()
  const of = JSON.stringify([region, attributes, range, pageSize])
  const [held, setWalk] = useState<Walk>(() => startOf(of, view))
  const walk = held.of === of ? held : beginWalk(of, Date.now())
  if (walk !== held) setWalk(walk)
  const number = knows(walk, page) ? page : 1
  const token = tokenOf(walk, number)
  const bounds = boundsOf(range, walk.began)

  const query = useQuery({
    queryKey: ['events', of, walk.began, token ?? ''],
    queryFn: async ({ signal }) => {
      const input = { LookupAttributes: attributes, StartTime: bounds.start, EndTime: bounds.end, MaxResults: pageSize, NextToken: token }
      const answer = await cloudtrail('LookupEvents', input, { region, signal })
      remember(client, region, answer.Events ?? [])
      return answer
    },
    staleTime: Infinity,
    // The page before stands until the next has come, but not under another filter.
    placeholderData: (old: LookupEventsResponse | undefined, last) => (last?.queryKey[1] === of ? keepPreviousData(old) : undefined),
  })
  const { data, isPlaceholderData } = query
  useEffect(() => {
    if (data && !isPlaceholderData) setWalk((old) => (old.of === of ? learn(old, number, data.NextToken) : old))
  }, [data, isPlaceholderData, of, number])
  useEffect(() => keepWalk(walk), [walk])

  const { setPage } = view
  const lost = page !== number
  useEffect(() => {
    if (lost) setPage(1, { replace: true })
  }, [lost, setPage])
  const refresh = useCallback(() => {
    setWalk(beginWalk(of, Date.now()))
    setPage(1)
  }, [of, setPage])
  return {
    number,
    events: data?.Events ?? none,
    bounds,
    began: walk.began,
    pages: walk.tokens.length,
    openEnd: !walk.ended,
    loading: query.isPending,
    fetching: query.isFetching,
    error: query.error,
    refresh,
  }
}

const none: Event[] = []

// startOf is the walk that the page begins with: the one this tab kept, if what it
// shows is not old.
function startOf(of: string, view: AddressView): Walk {
  const kept = keptWalk(of)
  const now = Date.now()
  if (kept && knows(kept, view.page) && (view.page > 1 || (now - kept.began < fresh && !view.live))) return kept
  return beginWalk(of, now)
}

const eventKey = (region: string, id: string) => ['event', region, id]

// remember keeps events that were looked up, so that their pages need no call.
export function remember(client: QueryClient, region: string, events: Event[]): void {
  for (const event of events) if (event.EventId) client.setQueryData(eventKey(region, event.EventId), event)
}

// eventQuery looks one event up by its id; null if the history has none.
export function eventQuery(region: string, id: string) {
  return {
    queryKey: eventKey(region, id),
    queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Event | null> => {
      const input = { LookupAttributes: [{ AttributeKey: 'EventId' as const, AttributeValue: id }], MaxResults: 1 }
      const answer = await cloudtrail('LookupEvents', input, { region, signal })
      return answer.Events?.[0] ?? null
    },
    // Events never change; one that is not there may still come.
    staleTime: ({ state }: { state: { data?: Event | null } }) => (state.data ? Infinity : 0),
  }
}
