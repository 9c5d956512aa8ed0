import { describe, expect, it } from 'vitest'
import { explain, verdict, type Finding, type Report } from './validation-report'

const report = (more: Partial<Report> = {}): Report => ({
  start: '',
  end: '',
  digests: { valid: 2, invalid: 0 },
  logFiles: { valid: 3, invalid: 0 },
  findings: [],
  ...more,
})
const gap: Finding = { kind: 'Gap', message: 'No log files were delivered by CloudTrail between a and b' }

describe('verdict', () => {
  it('is what matters most', () => {
    expect(verdict(report())).toBe('intact')
    expect(verdict(report({ findings: [gap] }))).toBe('remarks')
    expect(verdict(report({ digests: { valid: 0, invalid: 0 } }))).toBe('empty')
    expect(verdict(report({ logFiles: { valid: 1, invalid: 1 }, findings: [gap] }))).toBe('damaged')
  })
})

describe('explain', () => {
  const cases: [string, string, RegExp][] = [
    ['Log file', 'INVALID: not found', /log file was deleted/],
    ['Log file', "INVALID: hash value doesn't match", /was changed/],
    ['Log file', 'INVALID: invalid format', /cannot be read/],
    ['Digest file', 'INVALID: not found', /chain of digest files is broken/],
    ['Digest file', 'INVALID: signature verification failed', /signature of the digest file/],
    ['Digest file', 'INVALID: public key not found in region us-east-1 for fingerprint x', /key that this server does not have/],
    ['Digest file', 'INVALID: has been moved from its original location', /copied or moved/],
    ['Log file', 'INVALID: the file is cut short', /cut off/],
    ['Log file', 'INVALID: bytes follow behind the end of the gzip file', /appended/],
    ['Digest file', 'INVALID: is signed, but is not the digest that the next one names', /in the place/],
    ['Gap', gap.message, /Nothing is missing/],
    ['Gap', 'Log files delivered between a and b cannot be validated: 3 digest files in a row are missing', /were deleted/],
    ['Gap', 'Log files delivered between a and b cannot be validated', /nothing can be said/],
    ['Orphan', 'no valid digest names this log file', /no valid digest file names it/],
  ]
  it.each(cases)('%s %s', (kind, message, want) => expect(explain({ kind, message })).toMatch(want))
})
