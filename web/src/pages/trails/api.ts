import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { cloudtrail } from '~/api/client'
import type { GetTrailStatusResponse, InsightSelector, Trail } from '~/api/operations.gen'
import { troubles } from './status'

// maxTrails is how many trails an account has in a Region at most: few enough to ask for
// all at once.
export const maxTrails = 5

const trailsQuery = (region: string) => ({
  queryKey: ['trails', region],
  queryFn: async ({ signal }: { signal: AbortSignal }) => (await cloudtrail('DescribeTrails', {}, { region, signal })).trailList ?? [],
})

// useTrails are the trails that show in a Region.
export const useTrails = (region: string) => useQuery(trailsQuery(region))

// useTrail is the trail of that name that shows in a Region; its home may be another.
export const useTrail = (name: string, region: string) =>
  useQuery({ ...trailsQuery(region), select: (trails: Trail[]) => trails.find((t) => t.Name === name) ?? null })

const statusQuery = (trail: Trail) => ({
  queryKey: ['trail-status', trail.TrailARN],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    cloudtrail('GetTrailStatus', { Name: trail.TrailARN! }, { region: trail.HomeRegion!, signal }),
})

// useStatuses are the states of trails, in their order.
export const useStatuses = (trails: Trail[]) => useQueries({ queries: trails.map(statusQuery) })

// useStatus is the state of a trail, asked for again and again: more often while
// somebody waits for the first delivery, or for a repair.
export const useStatus = (trail: Trail) =>
  useQuery<GetTrailStatusResponse>({
    ...statusQuery(trail),
    refetchInterval: ({ state: { data, error } }) => (!error && data?.LatestDeliveryTime && !troubles(data).length ? 10_000 : 5000),
  })

// useTrailSelectors is what a trail logs.
export const useTrailSelectors = (trail: Trail) =>
  useQuery({
    queryKey: ['trail-selectors', trail.TrailARN],
    queryFn: ({ signal }) => cloudtrail('GetEventSelectors', { TrailName: trail.TrailARN! }, { region: trail.HomeRegion!, signal }),
  })

// useTrailInsights is which Insights a trail has; none when they are off.
export const useTrailInsights = (trail: Trail) =>
  useQuery({
    queryKey: ['trail-insights', trail.TrailARN, trail.HasInsightSelectors],
    queryFn: async ({ signal }): Promise<InsightSelector[]> => {
      // Asking a trail without Insights is an error of the API.
      if (!trail.HasInsightSelectors) return []
      return (
        (await cloudtrail('GetInsightSelectors', { TrailName: trail.TrailARN! }, { region: trail.HomeRegion!, signal })).InsightSelectors ??
        []
      )
    },
  })

// useRefresh has everything about trails asked for anew.
export function useRefresh(): () => Promise<void> {
  const client = useQueryClient()
  return useCallback(async () => {
    const ours = ['trails', 'trail-status', 'trail-selectors', 'trail-insights', 'tags', 'buckets']
    await client.invalidateQueries({ predicate: (query) => ours.includes(query.queryKey[0] as string) })
  }, [client])
}
