import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import { cloudtrail } from '~/api/client'
import { messageOf } from '~/api/errors'
import { useNotify } from '~/shell/notifications'
import { useRegion } from '~/shell/session'
import { storesOf } from './from'
import { moved, placeOf, rangeOf, type Place } from './place'
import { changeTab, type Run, type Tab, type Tabs } from './tabs'
import { placeholder } from './tokens'

// Part is the part of a tab's text that is run.
export interface Part {
  text: string
  from: number
}

// Failure is why a query was not started.
export interface Failure {
  error: unknown
  place?: Place
  // range is what to mark in the text that was run.
  range?: { from: number; to: number }
  text: string
}

const mostCharacters = 10_000

// refusal is what can be said before the server is asked.
function refusal(text: string): Error | undefined {
  if (storesOf(text).includes(placeholder)) {
    return new Error(`Choose an event data store first: ${placeholder} in the statement stands for its id.`)
  }
  const length = [...text].length
  if (length > mostCharacters) return new Error(`The statement has ${length} characters; it may have ${mostCharacters}.`)
  return undefined
}

// whereOf finds the place that an error names in a tab's text.
export function whereOf(message: string, whole: string, offset: number): Pick<Failure, 'place' | 'range'> {
  const found = placeOf(message)
  if (!found) return {}
  const place = moved(found, whole, offset)
  return { place, range: rangeOf(whole, place) }
}

// useRuns starts and cancels the queries of tabs, and knows which could not be started.
export function useRuns(update: (change: (tabs: Tabs) => Tabs) => void) {
  const [region] = useRegion()
  const client = useQueryClient()
  const { fail } = useNotify()
  const [starting, setStarting] = useState<ReadonlySet<string>>(new Set())
  const [cancelling, setCancelling] = useState<ReadonlySet<string>>(new Set())
  const [failures, setFailures] = useState<Record<string, Failure | undefined>>({})

  const forget = useCallback((tab: string) => setFailures((old) => (old[tab] ? { ...old, [tab]: undefined } : old)), [])

  const start = async (tab: Tab, part: Part, place: () => Promise<string | undefined>) => {
    forget(tab.id)
    setStarting((old) => new Set(old).add(tab.id))
    try {
      const refused = refusal(part.text)
      if (refused) throw refused
      const { QueryId } = await cloudtrail('StartQuery', { QueryStatement: part.text, DeliveryS3Uri: await place() }, { region })
      const run: Run = { queryId: QueryId!, region, offset: part.from, text: tab.sql }
      update((all) => changeTab(all, tab.id, { run }))
      void client.invalidateQueries({ queryKey: ['queries', region] })
    } catch (error) {
      update((all) => changeTab(all, tab.id, { run: undefined }))
      setFailures((old) => ({ ...old, [tab.id]: { error, text: tab.sql, ...whereOf(messageOf(error), tab.sql, part.from) } }))
    } finally {
      setStarting((old) => without(old, tab.id))
    }
  }

  const cancel = async ({ queryId, region }: Pick<Run, 'queryId' | 'region'>) => {
    setCancelling((old) => new Set(old).add(queryId))
    try {
      await cloudtrail('CancelQuery', { QueryId: queryId }, { region })
    } catch (error) {
      fail('The query could not be cancelled', error)
    } finally {
      await client.invalidateQueries({ queryKey: ['query', region, queryId] })
      void client.invalidateQueries({ queryKey: ['queries', region] })
      setCancelling((old) => without(old, queryId))
    }
  }
  return { start, cancel, forget, starting, cancelling, failures }
}

function without(set: ReadonlySet<string>, member: string): ReadonlySet<string> {
  const next = new Set(set)
  next.delete(member)
  return next
}
