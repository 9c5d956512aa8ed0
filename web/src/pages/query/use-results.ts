import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { queryResults, type Results } from './api'
import { mostRows } from './charts'
import type { Run } from './tabs'

// typedAfter is how long nobody has to type before the filter is asked for.
const typedAfter = 300

// useDebounced follows a value when it has rested.
export function useDebounced<T>(value: T, after = typedAfter): T {
  const [rested, rest] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => rest(value), after)
    return () => clearTimeout(timer)
  }, [value, after])
  return rested
}

// A filter may read far without finding a page: the server answers then with what it
// has, and is asked again, but not for ever.
const mostReads = 40

async function page(run: Run, filter: string, nextToken: string | undefined, maxResults: number, signal: AbortSignal): Promise<Results> {
  let got = await queryResults(run.region, { queryId: run.queryId, filter: filter || undefined, nextToken, maxResults }, signal)
  const { rows } = got
  for (let reads = 1; rows.length < maxResults && got.nextToken && reads < mostReads; reads++) {
    const more: Results = await queryResults(
      run.region,
      { queryId: run.queryId, filter: filter || undefined, nextToken: got.nextToken, maxResults: maxResults - rows.length },
      signal,
    )
    rows.push(...more.rows)
    got = { ...more, rows }
  }
  return got
}

// useResults pages through the rows of a query that have a text in them. Pages are
// only reached one after the other, so the way to each is kept.
export function useResults(run: Run, filter: string, pageSize: number) {
  const way = `${filter}\n${pageSize}`
  const [at, setAt] = useState<{ way: string; tokens: (string | undefined)[]; index: number }>({ way, tokens: [undefined], index: 0 })
  const { tokens, index } = at.way === way ? at : { tokens: [undefined], index: 0 }
  const token = tokens[index]
  const { data, isFetching, isPlaceholderData, error, refetch } = useQuery({
    queryKey: ['query-results', run.region, run.queryId, filter, pageSize, token],
    staleTime: Infinity,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => page(run, filter, token, pageSize, signal),
  })
  const next = isPlaceholderData ? undefined : data?.nextToken
  const known = next && index === tokens.length - 1 ? [...tokens, next] : tokens
  return {
    data,
    error,
    refetch,
    loading: isFetching && (!data || isPlaceholderData),
    index,
    pages: known.length,
    more: !!next && index === known.length - 2,
    first: index * pageSize,
    go: (to: number) => to >= 0 && to < known.length && setAt({ way, tokens: known, index: to }),
  }
}

// useChartRows are the first rows of a result, of which a chart is made.
export function useChartRows(run: Run, filter: string, enabled: boolean) {
  return useQuery({
    queryKey: ['query-results', run.region, run.queryId, filter, 'chart'],
    enabled,
    staleTime: Infinity,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => page(run, filter, undefined, mostRows, signal),
  })
}
