// What a validation of log files tells.

export interface Counts {
  valid: number
  invalid: number
}

export interface Finding {
  kind: string
  bucket?: string
  key?: string
  valid?: boolean
  message: string
}

export interface Report {
  start: string
  end: string
  foundStart?: string
  foundEnd?: string
  digests: Counts
  logFiles: Counts
  gaps?: number
  orphans?: number
  findings?: Finding[]
  // more is how many findings there are beyond those that are listed.
  more?: number
  text?: string
}

// Progress is how far a validation is.
export interface Progress {
  digests: number
  // listed are the digest files that were found so far.
  listed: number
  logFiles: number
  bytes: number
}

export type Verdict = 'intact' | 'empty' | 'remarks' | 'damaged'

// verdict is what a report comes to.
export function verdict(r: Report): Verdict {
  if (r.digests.invalid + r.logFiles.invalid > 0) return 'damaged'
  if (r.digests.valid === 0) return 'empty'
  return (r.findings ?? []).some((f) => !f.valid) ? 'remarks' : 'intact'
}

export const verdictTexts: Record<Verdict, { header: string; text: string }> = {
  intact: {
    header: 'All files are as CloudTrail delivered them',
    text: 'Every digest file is signed by a key of this server and follows the one before it, and every log file that they name has the content that was delivered.',
  },
  empty: {
    header: 'There are no digest files in this time',
    text: 'Nothing can be said about log files of this time. Log file validation may have been off, the trail may not have logged, or the first digest is not written yet: one is delivered at the end of every hour.',
  },
  remarks: {
    header: 'The files that are there are intact, but the record is not complete',
    text: 'No file was changed. The list below says for which times there are no digest files, or which log files no digest file names.',
  },
  damaged: {
    header: 'Files were changed or deleted after CloudTrail delivered them',
    text: 'The list below says which ones. Keep the bucket as it is, and look in the event history for who had access to it.',
  },
}

// explain says in plain words what a finding means.
export function explain(f: Finding): string {
  const m = f.message.toLowerCase()
  if (f.valid) return 'The file is as CloudTrail delivered it.'
  if (f.kind === 'Orphan')
    return 'The log file is in the bucket, but no valid digest file names it: it was put there by somebody else, by another trail, or is too new for a digest.'
  if (f.kind === 'Gap') {
    if (m.includes('no log files were delivered'))
      return 'The trail did not log in this time, or had nothing to deliver. Nothing is missing.'
    if (m.includes('missing'))
      return 'Digest files of this time were deleted. Log files of this time may have been changed or deleted without a trace.'
    return 'There is no valid digest file for this time, so that nothing can be said about its log files.'
  }
  const digest = f.kind.startsWith('Digest')
  if (m.includes('not found') && m.includes('public key'))
    return 'The digest file is signed with a key that this server does not have: it was not made by this server, or was changed.'
  if (m.includes('not found'))
    return digest
      ? 'The digest file was deleted. The chain of digest files is broken here.'
      : 'The log file was deleted after it was delivered.'
  if (m.includes('signature'))
    return 'The signature of the digest file does not fit its content: the file was changed, or was not made by CloudTrail.'
  if (m.includes('hash'))
    return digest
      ? 'The digest file does not have the content that the next one in the chain names: it was changed.'
      : 'The log file does not have the content that was delivered: it was changed.'
  if (m.includes('format')) return 'The file cannot be read as what it should be: it was changed, or cut off.'
  if (m.includes('cut short')) return 'The end of the file is missing: it was cut off after it was delivered.'
  if (m.includes('bytes follow')) return 'Something was appended to the file after it was delivered.'
  if (m.includes('not the digest that'))
    return 'The digest file is signed, but it is another one than the next digest file names: it was put in the place of the one delivered.'
  if (m.includes('moved')) return 'The digest file is not where it was delivered: it was copied or moved.'
  return digest ? 'The digest file cannot be relied on.' : 'The log file cannot be relied on.'
}

// problemsOf are the findings that are not a valid file.
export const problemsOf = (findings: readonly Finding[]) => findings.filter((f) => !f.valid)
