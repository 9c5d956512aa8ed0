import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { cloudtrail } from '~/api/client'
import { ApiError } from '~/api/errors'
import type {
  EventDataStore,
  GetEventConfigurationResponse,
  GetEventDataStoreResponse,
  GetInsightSelectorsResponse,
} from '~/api/operations.gen'
import { isChanging, isCloudTrail } from './model'

// Store is an event data store with all its settings.
export type Store = GetEventDataStoreResponse

// maxStores is how many event data stores an account has in a Region.
export const maxStores = 10

const listQuery = (region: string) => ({
  queryKey: ['stores', region],
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const all: EventDataStore[] = []
    let NextToken: string | undefined
    do {
      const page = await cloudtrail('ListEventDataStores', { NextToken }, { region, signal })
      all.push(...(page.EventDataStores ?? []))
      NextToken = page.NextToken
    } while (NextToken)
    return all
  },
})

const storeQuery = (id: string, region: string) => ({
  queryKey: ['store', id, region],
  queryFn: ({ signal }: { signal: AbortSignal }) => cloudtrail('GetEventDataStore', { EventDataStore: id }, { region, signal }),
})

// idOf is the ID at the end of an ARN.
export const idOf = (arn: string | undefined) => arn?.split('/').at(-1) ?? ''

// useStoreNames are the event data stores of a Region, with names and ARNs only.
export const useStoreNames = (region: string) => useQuery(listQuery(region))

// useStores are the event data stores of a Region with their settings, as far as
// these are known. all is how asking for all of them goes, which takes a call for
// each: ListEventDataStores has names only. An account has ten stores in a Region.
export function useStores(region: string) {
  const list = useQuery(listQuery(region))
  const names = list.data ?? []
  const details = useQueries({
    queries: names.map((s) => ({
      ...storeQuery(idOf(s.EventDataStoreArn), region),
      refetchInterval: (query: { state: { data?: Store } }) => (isChanging(query.state.data?.Status) ? 1000 : (false as const)),
    })),
  })
  const client = useQueryClient()
  const all = {
    isPending: list.isPending || details.some((d) => d.isPending),
    error: list.error ?? details.find((d) => d.error && !d.data)?.error,
    refetch: () => Promise.all([list.refetch(), client.invalidateQueries({ queryKey: ['store'] })]),
  }
  return { ...list, all, stores: names.map((s, i) => ({ name: s, store: details[i]?.data, error: details[i]?.error })) }
}

// useStore is one event data store; it is asked for again while its state changes.
export const useStore = (id: string, region: string) =>
  useQuery({ ...storeQuery(id, region), refetchInterval: (query) => (isChanging(query.state.data?.Status) ? 1000 : 15_000) })

const orNone = async <T>(codes: string[], run: () => Promise<T>): Promise<T | null> => {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ApiError && codes.includes(error.code)) return null
    throw error
  }
}

// askPolicy asks for the resource policy of a store or a channel, null for none.
export const askPolicy = (arn: string, region: string, signal?: AbortSignal): Promise<string | null> =>
  orNone(
    ['ResourcePolicyNotFoundException'],
    async () => (await cloudtrail('GetResourcePolicy', { ResourceArn: arn }, { region, signal })).ResourcePolicy ?? '',
  )

// usePolicy is that policy.
export const usePolicy = (arn: string, region: string, enabled = true) =>
  useQuery({
    queryKey: ['resource-policy', arn],
    enabled,
    queryFn: ({ signal }) => askPolicy(arn, region, signal),
  })

// useConfiguration is the event configuration of a store for CloudTrail events.
export const useConfiguration = (store: Store, region: string) =>
  useQuery<GetEventConfigurationResponse>({
    queryKey: ['event-configuration', store.EventDataStoreArn],
    enabled: isCloudTrail(store) && store.Status !== 'PENDING_DELETION',
    queryFn: ({ signal }) => cloudtrail('GetEventConfiguration', { EventDataStore: store.EventDataStoreArn! }, { region, signal }),
  })

// useStoreInsights is which Insights a store has, null for none.
export const useStoreInsights = (store: Store, region: string) =>
  useQuery({
    queryKey: ['store-insights', store.EventDataStoreArn],
    enabled: isCloudTrail(store),
    queryFn: ({ signal }): Promise<GetInsightSelectorsResponse | null> =>
      orNone(['InsightNotEnabledException'], () =>
        cloudtrail('GetInsightSelectors', { EventDataStore: store.EventDataStoreArn! }, { region, signal }),
      ),
  })

// useChannels are the channels of a Region, with names and ARNs.
export const useChannels = (region: string) =>
  useQuery({
    queryKey: ['channels', region],
    queryFn: async ({ signal }) => (await cloudtrail('ListChannels', { MaxResults: 1000 }, { region, signal })).Channels ?? [],
  })

const channelQuery = (arn: string, region: string) => ({
  queryKey: ['channel', arn, region],
  queryFn: ({ signal }: { signal: AbortSignal }) => cloudtrail('GetChannel', { Channel: arn }, { region, signal }),
})

// useChannel is one channel, with when it had events last.
export const useChannel = (arn: string, region: string) => useQuery({ ...channelQuery(arn, region), refetchInterval: 5000 })

// useChannelDetails are channels with their settings; an account has 25 at most.
export const useChannelDetails = (arns: string[], region: string) => useQueries({ queries: arns.map((arn) => channelQuery(arn, region)) })

// useRefresh has everything about stores, imports and channels asked for anew.
export function useRefresh(): () => Promise<void> {
  const client = useQueryClient()
  return useCallback(async () => {
    const ours = [
      'stores',
      'store',
      'resource-policy',
      'event-configuration',
      'store-insights',
      'channels',
      'channel',
      'imports',
      'import',
      'import-failures',
      'tags',
    ]
    await client.invalidateQueries({ predicate: (query) => ours.includes(query.queryKey[0] as string) })
  }, [client])
}
