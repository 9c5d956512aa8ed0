import type { StatusIndicatorProps } from '@cloudscape-design/components/status-indicator'
import type { DescribeQueryResponse } from '~/api/operations.gen'
import { bytes, count, plural } from '~/lib/text'
import { duration } from '~/lib/time'

// Status is where a query is in its life.
export type Status = NonNullable<DescribeQueryResponse['QueryStatus']>
export type DeliveryStatus = NonNullable<DescribeQueryResponse['DeliveryStatus']>

interface Shown {
  type: StatusIndicatorProps.Type
  text: string
}

const statuses: Record<Status, Shown> = {
  QUEUED: { type: 'pending', text: 'Queued' },
  RUNNING: { type: 'in-progress', text: 'Running' },
  FINISHED: { type: 'success', text: 'Finished' },
  FAILED: { type: 'error', text: 'Failed' },
  CANCELLED: { type: 'stopped', text: 'Cancelled' },
  TIMED_OUT: { type: 'warning', text: 'Timed out' },
}

// allStatuses are the six, as a filter offers them.
export const allStatuses = Object.keys(statuses) as Status[]

// statusOf is a status as pages show it.
export function statusOf(status: string | undefined): Shown {
  return statuses[status as Status] ?? { type: 'pending', text: status || 'Unknown' }
}

// hasEnded tells whether a status is final.
export function hasEnded(status: string | undefined): boolean {
  return status !== 'QUEUED' && status !== 'RUNNING'
}

const deliveries: Record<DeliveryStatus, Shown & { advice?: string }> = {
  PENDING: { type: 'in-progress', text: 'Pending' },
  SUCCESS: { type: 'success', text: 'Delivered' },
  FAILED: { type: 'error', text: 'Failed', advice: 'The bucket did not take the results. Run the query again; the server log says why.' },
  FAILED_SIGNING_FILE: {
    type: 'error',
    text: 'Sign file failed',
    advice: 'The results were delivered without the file that proves them. Run the query again.',
  },
  RESOURCE_NOT_FOUND: { type: 'error', text: 'Bucket not found', advice: 'The bucket is gone. Create it, then run the query again.' },
  ACCESS_DENIED: {
    type: 'error',
    text: 'Access denied',
    advice: 'CloudTrail may not write to the bucket. Create a bucket here, which gets the policy that it needs, or change its policy.',
  },
  ACCESS_DENIED_SIGNING_FILE: {
    type: 'error',
    text: 'Access denied to the sign file',
    advice: 'CloudTrail may not write the file that proves the results. Change the policy of the bucket, then run the query again.',
  },
  CANCELLED: { type: 'stopped', text: 'Cancelled', advice: 'The query was cancelled: partial results are not delivered.' },
  UNKNOWN: { type: 'warning', text: 'Unknown', advice: 'The bucket did not answer the last attempt: look whether the files are there.' },
}

// deliveryOf is the state of a delivery as pages show it, and what to do about it.
export function deliveryOf(status: string | undefined): (Shown & { advice?: string }) | undefined {
  return status ? (deliveries[status as DeliveryStatus] ?? { type: 'pending', text: status }) : undefined
}

// deliveryPlace is the folder of a query's delivered results. The server names it by
// the day on which the query ended.
export function deliveryPlace(uri: string, account: string, queryId: string, created: number, tookMs: number): string {
  const day = new Date(created * 1000 + tookMs).toISOString().slice(0, 10).replaceAll('-', '/')
  return `${uri.replace(/\/+$/, '')}/AWSLogs/${account}/CloudTrail-Lake/Query/${day}/${queryId}/`
}

// summary is a query's figures in a sentence, for who reads it or hears it. How many
// events matched is known of a query that came to its end.
export function summary(query: DescribeQueryResponse): string {
  const s = query.QueryStatistics ?? {}
  const took = duration(s.ExecutionTimeInMillis)
  const scanned = `${plural(s.EventsScanned ?? 0, 'event')} scanned`
  const read = `${scanned}, ${bytes(s.BytesScanned ?? 0)} read`
  switch (query.QueryStatus) {
    case 'QUEUED':
      return 'Waiting for its turn'
    case 'RUNNING':
      return `Running for ${took}: ${read}`
    case 'FINISHED':
      return `Finished in ${took}: ${scanned}, ${count(s.EventsMatched ?? 0)} matched, ${bytes(s.BytesScanned ?? 0)} read`
    case 'CANCELLED':
      return `Cancelled after ${took}: ${read}`
    case 'TIMED_OUT':
      return `Timed out after ${took}: ${read}`
    default:
      return `Failed after ${took}`
  }
}

// pollAfter is how long to wait before a running query is asked about again: often at
// first, as most are over soon, then every two seconds.
export function pollAfter(asked: number): number {
  return Math.min(2000, Math.round(300 * 1.35 ** asked))
}

const advices: [RegExp, string][] = [
  [/exhausted resources/i, 'Select fewer columns, aggregate earlier, or narrow the range of eventTime.'],
  [/response is too large/i, 'Add a LIMIT, select fewer columns, or aggregate.'],
  [/division by zero/i, 'Wrap the divisor: x / nullif(y, 0) gives NULL instead.'],
  [/cannot be cast|cannot cast|invalid_cast/i, 'try_cast() gives NULL for values that cannot be converted.'],
  [/duplicate map keys/i, 'Use multimap_from_entries(), or make the keys distinct first.'],
]

// adviceForFailure says what to do about a query that failed while it ran.
export function adviceForFailure(message: string): string | undefined {
  return advices.find(([pattern]) => pattern.test(message))?.[1]
}
