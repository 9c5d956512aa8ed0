import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { LookupAttribute } from '~/api/operations.gen'
import { useRegion } from '~/shell/session'
import { readAttributes, writeAttributes } from './filter'
import { readRange, writeRange, type Range } from './range'

// AddressView is what the event history shows, as the address has it.
export interface AddressView {
  region: string
  attributes: LookupAttribute[]
  range: Range
  page: number
  live: boolean
  setAttributes: (attributes: LookupAttribute[]) => void
  setRange: (range: Range) => void
  setPage: (page: number) => void
  setLive: (live: boolean) => void
}

// useView reads and changes the address. What changes the lookup goes to its first page.
export function useView(): AddressView {
  const [params, setParams] = useSearchParams()
  const [region] = useRegion()
  const text = params.toString()
  const change = useCallback(
    (how: (params: URLSearchParams) => URLSearchParams) => {
      const next = how(new URLSearchParams(text))
      // What changes nothing is no step to go back.
      if (next.toString() !== text) setParams(next)
    },
    [text, setParams],
  )
  const read = useMemo(() => {
    const now = new URLSearchParams(text)
    const page = Number(now.get('page'))
    return {
      attributes: readAttributes(now),
      range: readRange(now),
      page: Number.isInteger(page) && page > 1 ? page : 1,
      live: now.get('live') === 'true',
    }
  }, [text])
  return {
    region,
    ...read,
    setAttributes: useCallback((attributes) => change((old) => firstPage(writeAttributes(old, attributes))), [change]),
    setRange: useCallback((range) => change((old) => firstPage(writeRange(old, range))), [change]),
    setPage: useCallback((page) => change((old) => put(old, 'page', page > 1 && String(page))), [change]),
    setLive: useCallback((live) => change((old) => put(old, 'live', live && 'true')), [change]),
  }
}

const firstPage = (params: URLSearchParams) => put(params, 'page', false)

function put(params: URLSearchParams, name: string, value: string | false): URLSearchParams {
  if (value) params.set(name, value)
  else params.delete(name)
  return params
}
