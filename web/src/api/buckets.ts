import { useQuery } from '@tanstack/react-query'
import { call } from './client'

// Bucket is a bucket of the account at the server's S3 endpoint.
export interface Bucket {
  name: string
  created?: string
}

// useBuckets lists the account's buckets.
export function useBuckets(region: string, enabled = true) {
  return useQuery({
    queryKey: ['buckets', region],
    enabled,
    queryFn: async ({ signal }) => (await call<{ buckets: Bucket[] }>('GET', 'buckets', { query: { region }, signal })).buckets,
  })
}

// NewBucket is a bucket to be made, and for what.
export interface NewBucket {
  name: string
  purpose: 'trail' | 'query-results'
  prefix?: string
  trailName?: string
}

// createBucket makes a bucket with the policy that CloudTrail needs.
export const createBucket = (region: string, body: NewBucket) => call<Bucket>('POST', 'buckets', { query: { region }, body })

// permitBucket gives a bucket that was made for something the policy for something else.
export const permitBucket = (region: string, body: NewBucket) => call<Bucket>('PUT', 'buckets', { query: { region }, body })
