import type { IngestionStatus } from '~/api/operations.gen'

const codes: Record<string, string> = {
  InvalidChecksum:
    'The checksum of the event does not fit its data. The sender has to make it of the exact text of eventData: base64 of SHA-256.',
  FieldTooLong: 'A field of the event is longer than it may be.',
  FieldNotFound:
    'A field that every event needs is missing: version, userIdentity.type, userIdentity.principalId, eventSource, eventName, eventTime, UID, or recipientAccountId.',
  InvalidData: 'The data of the event is not JSON, or a field has the wrong type.',
  InvalidRecipient: 'recipientAccountId is not the account that owns the channel.',
  InvalidEventSource: 'The event source is not one that events from outside may have.',
  AccountNotSubscribed: 'No event data store of the channel takes events.',
  Throttling: 'More events came than are taken at a time. The sender has to try again.',
  InternalFailure: 'The server could not keep the event. The sender has to try again; the log of the server says why.',
}

export type State = 'waiting' | 'receiving' | 'failing'

// stateOf is how a channel is doing: whether events came, and were taken.
export function stateOf(s: IngestionStatus | undefined): State {
  if (!s?.LatestIngestionAttemptTime) return 'waiting'
  return s.LatestIngestionErrorCode ? 'failing' : 'receiving'
}

// explainIngestion says what the state means and what to do.
export function explainIngestion(s: IngestionStatus | undefined): string {
  switch (stateOf(s)) {
    case 'waiting':
      return 'No events have come through this channel yet. Give its ARN to the source, or try it with the command below.'
    case 'failing':
      return codes[s!.LatestIngestionErrorCode!] ?? 'The last event was refused. The answer to the sender has the reason.'
    case 'receiving':
      return 'The last event was taken.'
  }
}
