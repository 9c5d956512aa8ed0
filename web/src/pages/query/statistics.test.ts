import { describe, expect, it } from 'vitest'
import { adviceForFailure, allStatuses, deliveryOf, deliveryPlace, hasEnded, pollAfter, statusOf, summary } from './statistics'

const statistics = { EventsScanned: 12345, EventsMatched: 1, BytesScanned: 1_500_000, ExecutionTimeInMillis: 1234 }

describe('summary', () => {
  it('says what a query did', () => {
    expect(summary({ QueryStatus: 'FINISHED', QueryStatistics: statistics })).toBe(
      'Finished in 1.2 s: 12,345 events scanned, 1 matched, 1.5 MB read',
    )
    expect(summary({ QueryStatus: 'RUNNING', QueryStatistics: statistics })).toBe('Running for 1.2 s: 12,345 events scanned, 1.5 MB read')
    expect(summary({ QueryStatus: 'CANCELLED', QueryStatistics: { ...statistics, EventsScanned: 1 } })).toContain(
      'after 1.2 s: 1 event scanned',
    )
  })
  it('does without figures', () => {
    expect(summary({ QueryStatus: 'QUEUED' })).toBe('Waiting for its turn')
    expect(summary({ QueryStatus: 'FAILED' })).toBe('Failed after -')
  })
})

describe('statuses', () => {
  it('end, but for two', () => {
    expect(allStatuses.filter((s) => !hasEnded(s))).toEqual(['QUEUED', 'RUNNING'])
  })
  it('have texts, also new ones', () => {
    expect(statusOf('TIMED_OUT').text).toBe('Timed out')
    expect(statusOf('NEW').text).toBe('NEW')
    expect(deliveryOf('ACCESS_DENIED')?.advice).toContain('policy')
    expect(deliveryOf(undefined)).toBeUndefined()
  })
})

describe('deliveryPlace', () => {
  it('is named by the day of the end, in UTC', () => {
    const created = Date.UTC(2026, 0, 31, 23, 59, 59) / 1000
    expect(deliveryPlace('s3://b/p/', '111122223333', 'id', created, 2000)).toBe(
      's3://b/p/AWSLogs/111122223333/CloudTrail-Lake/Query/2026/02/01/id/',
    )
    expect(deliveryPlace('s3://b', '111122223333', 'id', created, 0)).toBe(
      's3://b/AWSLogs/111122223333/CloudTrail-Lake/Query/2026/01/31/id/',
    )
  })
})

describe('pollAfter', () => {
  it('grows from 300 ms to two seconds', () => {
    expect(pollAfter(0)).toBe(300)
    expect(pollAfter(1)).toBeGreaterThan(300)
    expect(pollAfter(50)).toBe(2000)
  })
})

describe('adviceForFailure', () => {
  it('knows the usual ones', () => {
    expect(adviceForFailure('Division by zero')).toContain('nullif')
    expect(adviceForFailure('something else')).toBeUndefined()
  })
})
