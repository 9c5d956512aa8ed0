import { ApiError } from '~/api/errors'
import type { StartImportRequest } from '~/api/operations.gen'
import { checkRole, checkS3Uri } from '~/lib/names'

// CopyDraft is a copy of trail events while somebody edits it.
export interface CopyDraft {
  uri: string
  bucketRegion: string
  range: Range
  role: string
}

// Range is which events are copied, by their time: all, the last of something, or
// from and to.
export type Range =
  | { type: 'all' }
  | { type: 'relative'; amount: number; unit: 'day' | 'week' | 'month' | 'year' }
  | { type: 'absolute'; start: string; end: string }

// newCopy begins with everything. Cairn keeps the role and does not take it on, so
// that the name which the console of AWS would give is as good as any.
export const newCopy = (region: string, account: string): CopyDraft => ({
  uri: '',
  bucketRegion: region,
  range: { type: 'all' },
  role: `arn:aws:iam::${account}:role/service-role/CloudTrailLake-${region}-copy-events-eds`,
})

export type CopyErrors = Partial<Record<'uri' | 'range' | 'role' | 'destination', string>>

// checkCopy says what the server would refuse.
export function checkCopy(draft: CopyDraft, now = Date.now()): CopyErrors {
  const out: CopyErrors = {}
  const uri = checkS3Uri(draft.uri)
  const role = checkRole(draft.role)
  if (uri) out.uri = uri
  if (role) out.role = role
  const { start, end } = boundsOf(draft.range, now)
  if (start !== undefined && end !== undefined && !(start < end)) out.range = 'The start has to be before the end.'
  else if (start !== undefined && start > now) out.range = 'The start is in the future.'
  return out
}

// boundsOf are the times of a range, in milliseconds; absent for no bound.
export function boundsOf(range: Range, now: number): { start?: number; end?: number } {
  if (range.type === 'all') return {}
  if (range.type === 'absolute') return { start: Date.parse(range.start), end: Date.parse(range.end) }
  const start = new Date(now)
  const { amount, unit } = range
  if (unit === 'year') start.setUTCFullYear(start.getUTCFullYear() - amount)
  else if (unit === 'month') start.setUTCMonth(start.getUTCMonth() - amount)
  else start.setUTCDate(start.getUTCDate() - amount * (unit === 'week' ? 7 : 1))
  return { start: start.getTime(), end: now }
}

// copyRequest is what StartImport is given.
export function copyRequest(draft: CopyDraft, destination: string, now = Date.now()): StartImportRequest {
  const { start, end } = boundsOf(draft.range, now)
  return {
    Destinations: [destination],
    ImportSource: { S3: { S3LocationUri: draft.uri, S3BucketRegion: draft.bucketRegion, S3BucketAccessRoleArn: draft.role } },
    ...(start !== undefined && { StartEventTime: Math.floor(start / 1000) }),
    ...(end !== undefined && { EndEventTime: Math.floor(end / 1000) }),
  }
}

// tooOld says so when a store does not keep all that is asked for.
export function tooOld(range: Range, days: number | undefined, now = Date.now()): boolean {
  if (!days) return false
  const { start } = boundsOf(range, now)
  return start === undefined || start < now - days * 86_400_000
}

// copyFieldOf is the field that a refusal is about.
export function copyFieldOf(error: unknown): keyof CopyErrors | undefined {
  if (!(error instanceof ApiError)) return undefined
  if (error.code === 'InvalidImportSourceException') return /S3BucketAccessRoleArn/.test(error.message) ? 'role' : 'uri'
  if (/^(EventDataStore|InvalidEventDataStore|Inactive)/.test(error.code)) return 'destination'
  if (error.code === 'InvalidParameterException' && /EventTime/.test(error.message)) return 'range'
  return undefined
}
