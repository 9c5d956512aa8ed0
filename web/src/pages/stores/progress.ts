import type { GetImportResponse, ImportStatistics } from '~/api/operations.gen'

type ImportStatus = NonNullable<GetImportResponse['ImportStatus']>

// importStatuses are the states of a copy in the console's words.
export const importStatuses: Record<ImportStatus, { label: string; type: 'pending' | 'in-progress' | 'error' | 'stopped' | 'success' }> = {
  INITIALIZING: { label: 'Initializing', type: 'pending' },
  IN_PROGRESS: { label: 'In progress', type: 'in-progress' },
  FAILED: { label: 'Failed', type: 'error' },
  STOPPED: { label: 'Stopped', type: 'stopped' },
  COMPLETED: { label: 'Completed', type: 'success' },
}

// isRunning tells whether a copy is at work.
export const isRunning = (status: string | undefined) => status === 'INITIALIZING' || status === 'IN_PROGRESS'

// percent is how much of what was found so far is copied. While it runs it is
// never all: more may be found.
export function percent(status: string | undefined, s: ImportStatistics | undefined): number {
  if (status === 'COMPLETED') return 100
  const found = s?.PrefixesFound ?? 0
  if (found === 0) return 0
  const done = (100 * (s?.PrefixesCompleted ?? 0)) / found
  return isRunning(status) ? Math.min(99, done) : Math.min(100, done)
}

// Sample is how far a copy was at a time.
export interface Sample {
  at: number
  events: number
}

const windowMs = 10_000

// addSample keeps those of the last seconds, and one before, from which a rate comes.
export function addSample(samples: readonly Sample[], sample: Sample): Sample[] {
  const last = samples.at(-1)
  if (last && sample.events < last.events) return [sample]
  const kept = [...samples, sample]
  const from = kept.findLastIndex((s) => s.at <= sample.at - windowMs)
  return from > 0 ? kept.slice(from) : kept
}

// rate is the events a second, if it can be told.
export function rate(samples: readonly Sample[]): number | undefined {
  const first = samples[0]
  const last = samples.at(-1)
  if (!first || !last || last.at - first.at < 500) return undefined
  return ((last.events - first.events) * 1000) / (last.at - first.at)
}

const failures: Record<string, string> = {
  InvalidFileType: 'The file is not a log file that is compressed with gzip. Nothing has to be done if it is none of CloudTrail.',
  InvalidFile: 'The file is damaged: it cannot be unpacked, or does not hold records. Check it with a validation of the trail, then retry.',
  InvalidEvents: 'Some events of the file are no CloudTrail events and were left out. The others were copied.',
  AccessDenied: 'The file could not be read. Let the bucket policy allow s3:GetObject and s3:ListBucket, then retry.',
  NoSuchKey: 'The file was deleted while it was copied.',
  NoSuchBucket: 'The bucket is not there any more.',
  InvalidObjectState: 'The file is in an archive of the store. Restore it first, then retry.',
  InternalFailure: 'Reading the file failed for a reason that the log of the server has. Retry.',
}

// explainFailure says what a failure means and what to do.
export const explainFailure = (type: string | undefined) => failures[type ?? ''] ?? 'The store refused the file. The message says why.'

// Failures of the last attempt, in words.
export const failureStatuses: Record<string, string> = {
  FAILED: 'Failed',
  RETRY: 'Is tried again',
  SUCCEEDED: 'Succeeded when tried again',
}
