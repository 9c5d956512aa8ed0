import { describe, expect, it } from 'vitest'
import { explainIngestion, stateOf } from './ingestion'

describe('ingestion', () => {
  it('waits for the first event', () => {
    expect(stateOf(undefined)).toBe('waiting')
    expect(stateOf({})).toBe('waiting')
    expect(explainIngestion({})).toMatch(/No events have come/)
  })
  it('is well when the last event was taken', () =>
    expect(stateOf({ LatestIngestionAttemptTime: 1, LatestIngestionSuccessTime: 1 })).toBe('receiving'))
  it('says why the last event was refused', () => {
    expect(
      explainIngestion({ LatestIngestionAttemptTime: 2, LatestIngestionSuccessTime: 1, LatestIngestionErrorCode: 'InvalidRecipient' }),
    ).toMatch(/recipientAccountId/)
    expect(explainIngestion({ LatestIngestionAttemptTime: 2, LatestIngestionErrorCode: 'Other' })).toMatch(/answer to the sender/)
  })
})
