// ApiError is a refusal of the server: its code, what it says, and the id of the
// request, by which the server's log knows it.
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  readonly requestId?: string
  readonly retryAfterSeconds?: number

  constructor(status: number, code: string, message: string, requestId?: string, retryAfterSeconds?: number) {
    super(message || code)
    this.name = 'ApiError'
    this.code = code
    this.status = status
    this.requestId = requestId
    this.retryAfterSeconds = retryAfterSeconds
  }
}

// unreachable is the code of a request that got no answer at all.
export const unreachable = 'Unreachable'

// csrfRefused is the code of a call with the token of another session.
export const csrfRefused = 'CsrfRefused'

const advice: Record<string, string> = {
  [unreachable]: 'Is the server running? It may be restarting: nothing that was acknowledged is lost. Try again.',
  AccessDeniedException: 'Ask an administrator of the account for a policy that allows the action that the message names.',
  ServiceUnavailableException:
    'The server cannot record calls at the moment, so it refuses them. Its log says why; a full disk is the usual reason.',
  ThrottlingException: 'The account makes more calls than it may. Wait a few seconds, then try again.',
  S3BucketDoesNotExistException: 'Create the bucket first, or choose one that exists.',
  InsufficientS3BucketPolicyException:
    'CloudTrail may not write to the bucket. Create a bucket here, which gets the policy that it needs, or change the policy of this one.',
  TrailAlreadyExistsException: 'Choose another name.',
  MaximumNumberOfTrailsExceededException: 'Delete a trail, or change one that is there. A trail for all Regions counts in each of them.',
  CloudWatchLogsDeliveryUnavailableException: 'Start the server with the setting logs-endpoint, or switch CloudWatch Logs off.',
  InsufficientSnsTopicPolicyException: 'Let the policy of the topic allow cloudtrail.amazonaws.com sns:Publish, or choose another topic.',
  EventDataStoreAlreadyExistsException: 'Choose another name.',
  EventDataStoreTerminationProtectedException: 'Turn termination protection off first, in the Actions menu.',
  InactiveEventDataStoreException: 'The event data store is not enabled: restore it, or start ingestion, first.',
  MaxConcurrentQueriesException: 'Ten queries run already in this account and Region. Wait for one to end, or cancel one.',
  InvalidQueryStatementException: 'Correct the statement at the place that the message names.',
  UnsupportedOperationException: 'This version of Cairn cannot do it.',
}

// adviceFor says what to do about an error, or nothing if nothing is known.
export function adviceFor(error: unknown): string | undefined {
  return error instanceof ApiError ? advice[error.code] : undefined
}

// messageOf is the text of whatever was thrown.
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

// mayPass tells errors that may be over in a moment.
export function mayPass(error: unknown): boolean {
  return error instanceof ApiError && (error.code === unreachable || error.status >= 500)
}

// endsSession tells whether the server wants a new sign-in.
export function endsSession(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401 && (error.code === 'NotSignedIn' || error.code === 'SessionExpired')
}
