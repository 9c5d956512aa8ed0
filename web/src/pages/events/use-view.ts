import { useCallback, useEffect, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { LookupAttribute } from '~/api/operations.gen'
import { hrefOf } from '~/shell/link'
import { useRegion, useSession } from '~/shell/session'
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
  setPage: (page: number, how?: { replace: boolean }) => void
  setLive: (live: boolean) => void
}

// useView reads and changes the address. What changes the lookup goes to its first page.
export function useView(): AddressView {
  const [params, setParams] = useSearchParams()
  const [region] = useRegion()
  const text = params.toString()
  const change = useCallback(
    (how: (params: URLSearchParams) => URLSearchParams, options?: { replace: boolean }) => {
      // The window's address has also what is not rendered yet, such as another Region.
      const now = new URLSearchParams(window.location.search)
      const next = how(new URLSearchParams(now))
      // What changes nothing is no step to go back.
      if (next.toString() !== now.toString()) setParams(next, options)
    },
    [setParams],
  )
  const { arn } = useSession()
  useEffect(() => {
    last = { arn, text: put(new URLSearchParams(text), 'region', false).toString() }
  }, [arn, text])
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
    setPage: useCallback((page, how) => change((old) => put(old, 'page', page > 1 && String(page)), how), [change]),
    setLive: useCallback((live) => change((old) => put(old, 'live', live && 'true')), [change]),
  }
}

// last is what somebody saw last in this tab.
let last = { arn: '', text: '' }

// useHistoryHref is the address of the event history as the reader left it.
export function useHistoryHref(): string {
  const { arn } = useSession()
  return hrefOf('/events') + (last.arn === arn && last.text ? '?' + last.text : '')
}

const firstPage = (params: URLSearchParams) => put(params, 'page', false)

function put(params: URLSearchParams, name: string, value: string | false): URLSearchParams {
  if (value) params.set(name, value)
  else params.delete(name)
  return params
}
