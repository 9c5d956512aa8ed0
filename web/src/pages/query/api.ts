import { keepPreviousData, useInfiniteQuery, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { call, cloudtrail } from '~/api/client'
import { mayPass } from '~/api/errors'
import type { GetEventDataStoreResponse, SearchSampleQueriesSearchResult } from '~/api/operations.gen'
import { useRegion } from '~/shell/session'
import type { Cell, Column } from './cells'
import type { Catalogue } from './schema'
import { hasEnded, pollAfter } from './statistics'

// Store is an event data store as the query page needs it. The status and category
// come later than the rest.
export interface Store {
  id: string
  arn: string
  name: string
  status?: string
  category?: string
}

// mostDetails is for how many stores the status is asked, one call each.
const mostDetails = 30

const idOf = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1)

// useStores lists the event data stores of the Region, with their status and category
// where that matters.
export function useStores(detailed = false) {
  const [region] = useRegion()
  const list = useQuery({
    queryKey: ['event-data-stores', region, 'for queries'],
    staleTime: 30_000,
    queryFn: async ({ signal }) => {
      const all: Store[] = []
      let token: string | undefined
      do {
        const page = await cloudtrail('ListEventDataStores', { MaxResults: 1000, NextToken: token }, { region, signal })
        for (const { EventDataStoreArn: arn, Name } of page.EventDataStores ?? [])
          if (arn) all.push({ id: idOf(arn), arn, name: Name ?? idOf(arn) })
        token = page.NextToken
      } while (token)
      return all
    },
  })
  const details = useQueries({
    queries: (detailed ? (list.data ?? []) : []).slice(0, mostDetails).map(({ arn }) => ({
      queryKey: ['event-data-store', region, arn, 'for queries'],
      staleTime: 60_000,
      retry: false,
      queryFn: ({ signal }: { signal: AbortSignal }) => cloudtrail('GetEventDataStore', { EventDataStore: arn }, { region, signal }),
    })),
    combine: (results) => results.map((r) => r.data),
  })
  const stores = useMemo(
    () => list.data?.map((store, i) => ({ ...store, status: details[i]?.Status, category: categoryOf(details[i]) })),
    [list.data, details],
  )
  return { stores, isPending: list.isPending, error: list.error, refetch: list.refetch }
}

function categoryOf(store: GetEventDataStoreResponse | undefined): string | undefined {
  for (const { FieldSelectors } of store?.AdvancedEventSelectors ?? []) {
    const category = FieldSelectors.find((f) => f.Field === 'eventCategory')?.Equals?.[0]
    if (category) return category
  }
  return undefined
}

// usable tells whether a store can be queried.
export const usable = (store: Store) => store.status !== 'PENDING_DELETION'

// useCatalogue is what the server knows of SQL; it changes with the server only.
export function useCatalogue() {
  return useQuery({ queryKey: ['sql'], staleTime: Infinity, queryFn: ({ signal }) => call<Catalogue>('GET', 'sql', { signal }) })
}

// useQueryState follows a query until it has ended and its results are delivered.
export function useQueryState(region: string, queryId: string | undefined) {
  return useQuery({
    queryKey: ['query', region, queryId],
    enabled: queryId !== undefined,
    staleTime: 1000,
    queryFn: ({ signal }) => cloudtrail('DescribeQuery', { QueryId: queryId! }, { region, signal }),
    refetchInterval: ({ state }) => {
      // A server that restarts is there again soon.
      if (state.error) return mayPass(state.error) ? 3000 : false
      if (!hasEnded(state.data?.QueryStatus)) return pollAfter(state.dataUpdateCount)
      return state.data?.DeliveryStatus === 'PENDING' ? 2000 : false
    },
  })
}

// Results is a page of a query's results.
export interface Results {
  status: string
  columns: Column[]
  rows: Cell[][]
  nextToken?: string
  total: number
  scanned?: number
  bytesScanned?: number
  error?: string
}

// queryResults reads a page; the filter is for any part of any cell.
export function queryResults(
  region: string,
  body: { queryId: string; filter?: string; nextToken?: string; maxResults: number },
  signal?: AbortSignal,
): Promise<Results> {
  return call('POST', 'query-results', { query: { region }, body, signal })
}

// SavedQuery is a query that the server keeps for whoever saved it.
export interface SavedQuery {
  id: string
  name: string
  description: string
  sql: string
  region?: string
  version: number
  created: string
  updated: string
}

const savedKey = ['saved-queries']

// useSavedQueries lists the queries that were saved.
export function useSavedQueries(enabled = true) {
  const [region] = useRegion()
  return useQuery({
    queryKey: savedKey,
    enabled,
    queryFn: async ({ signal }) => (await call<{ queries: SavedQuery[] }>('GET', 'saved-queries', { query: { region }, signal })).queries,
  })
}

// useSaving saves, changes and deletes queries; lists of them are read again then.
export function useSaving() {
  const client = useQueryClient()
  const [region] = useRegion()
  return useMemo(() => {
    const then = async <T>(made: Promise<T>) => {
      const result = await made
      await client.invalidateQueries({ queryKey: savedKey })
      return result
    }
    const query = { region }
    return {
      create: (body: Pick<SavedQuery, 'name' | 'description' | 'sql'>) => then(call<SavedQuery>('POST', 'saved-queries', { query, body })),
      // With a version, what others changed since is not lost: the call is refused.
      change: (id: string, body: Pick<SavedQuery, 'name' | 'description' | 'sql'> & { version?: number }) =>
        then(call<SavedQuery>('PUT', 'saved-queries/' + encodeURIComponent(id), { query, body })),
      remove: (id: string) => then(call<void>('DELETE', 'saved-queries/' + encodeURIComponent(id), { query })),
    }
  }, [client, region])
}

// useSamples searches the sample queries.
export function useSamples(phrase: string) {
  const [region] = useRegion()
  return useQuery({
    queryKey: ['samples', region, phrase],
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const all: SearchSampleQueriesSearchResult[] = []
      let token: string | undefined
      do {
        const page = await cloudtrail('SearchSampleQueries', { SearchPhrase: phrase, MaxResults: 50, NextToken: token }, { region, signal })
        all.push(...(page.SearchResults ?? []))
        token = page.NextToken
      } while (token && all.length < 500)
      return all
    },
  })
}

// PastQuery is a query of the last seven days.
export interface PastQuery {
  queryId: string
  statement: string
  status: string
  created: string | number
  runTimeMs?: number
  eventsScanned?: number
  eventsMatched?: number
  bytesScanned?: number
  // eventDataStore are the ARNs of the stores that it reads, with commas between.
  eventDataStore?: string
  deliveryS3Uri?: string
  deliveryStatus?: string
  errorMessage?: string
}

// useHistory lists the queries of the last seven days, newest first, page by page.
export function useHistory(filter: { status?: string; eventDataStore?: string }) {
  const [region] = useRegion()
  return useInfiniteQuery({
    queryKey: ['queries', region, filter],
    initialPageParam: undefined as string | undefined,
    staleTime: 0,
    placeholderData: keepPreviousData,
    queryFn: ({ signal, pageParam }) =>
      call<{ queries: PastQuery[]; nextToken?: string }>('GET', 'queries', { query: { region, ...filter, nextToken: pageParam }, signal }),
    getNextPageParam: (last) => last.nextToken || undefined,
    // What runs is followed, if it is on the newest page.
    refetchInterval: ({ state }) =>
      state.data?.pages.length === 1 && state.data.pages[0]!.queries.some((q) => !hasEnded(q.status)) ? 2000 : false,
  })
}
