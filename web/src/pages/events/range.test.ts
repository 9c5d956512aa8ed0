import { describe, expect, it } from 'vitest'
import { boundsOf, isOpen, presets, problemOf, readRange, withOffset, writeRange, type Range } from './range'

const now = Date.parse('2026-11-27T12:00:00.500Z')
const seconds = Math.floor(now / 1000)
const absolute = (start: string, end: string): Range => ({ type: 'absolute', start, end })

describe('the range in the address', () => {
  it('comes back as it went', () => {
    for (const range of [null, ...presets, absolute('2026-11-01T00:00:00Z', '2026-11-02T12:30:15Z')]) {
      const params = writeRange(new URLSearchParams('range=1h&start=x&end=y&EventName=A'), range)
      expect(readRange(new URLSearchParams(params.toString()))).toEqual(range)
      expect(params.get('EventName')).toBe('A')
    }
  })
  it('is in UTC, whatever the picker had', () => {
    const params = writeRange(new URLSearchParams(), absolute('2026-11-01T02:00:00+02:00', '2026-11-01T02:00:00-01:30'))
    expect([params.get('start'), params.get('end')]).toEqual(['2026-11-01T00:00:00Z', '2026-11-01T03:30:00Z'])
  })
  it('is none if it makes no sense', () => {
    for (const text of [
      'range=0d',
      'range=1y',
      'range=-1h',
      'range=1.5h',
      'range=9999999d',
      'start=2026-01-01',
      'start=a&end=b',
      'start=2026-02-01&end=2026-01-01',
    ]) {
      expect(readRange(new URLSearchParams(text)), text).toBeNull()
    }
  })
})

describe('boundsOf', () => {
  it('counts relative ranges back and leaves the end open', () => {
    expect(boundsOf({ type: 'relative', amount: 30, unit: 'minute' }, now)).toEqual({ start: seconds - 1800 })
    expect(boundsOf({ type: 'relative', amount: 2, unit: 'week' }, now)).toEqual({ start: seconds - 14 * 86400 })
  })
  it('has both ends of an absolute range, and none of no range', () => {
    expect(boundsOf(absolute('2026-11-27T10:00:00+01:00', '2026-11-27T10:00:00Z'), now)).toEqual({
      start: seconds - 3 * 3600,
      end: seconds - 2 * 3600,
    })
    expect(boundsOf(null, now)).toEqual({})
  })
  it('knows which ranges events can still come into', () => {
    expect(isOpen(null, now)).toBe(true)
    expect(isOpen(presets[0]!, now)).toBe(true)
    expect(isOpen(absolute('2026-11-26T00:00:00Z', '2026-11-27T11:00:00Z'), now)).toBe(false)
    expect(isOpen(absolute('2026-11-26T00:00:00Z', '2026-11-28T00:00:00Z'), now)).toBe(true)
  })
})

describe('problemOf', () => {
  it('takes what the history can have', () => {
    for (const range of [
      null,
      ...presets,
      absolute('2026-11-27T10:00:00Z', '2026-11-27T10:00:00Z'),
      absolute('2026-08-29T00:00:00Z', '2026-12-31T00:00:00Z'),
      absolute('2023-07-10T00:00:00Z', '2023-07-11T00:00:00Z'),
      { type: 'relative', amount: 200, unit: 'week' } as const,
    ]) {
      expect(problemOf(range)).toBeUndefined()
    }
  })
  it('refuses what it cannot', () => {
    expect(problemOf({ type: 'relative', amount: NaN, unit: 'day' })).toMatch(/whole number/)
    expect(problemOf({ type: 'relative', amount: 0, unit: 'day' })).toMatch(/whole number/)
    expect(problemOf(absolute('', '2026-11-27T10:00:00Z'))).toMatch(/start date/)
    expect(problemOf(absolute('2026-11-27T10:00:00Z', ''))).toMatch(/end date/)
    expect(problemOf(absolute('2026-11-27T10:00:01Z', '2026-11-27T10:00:00Z'))).toMatch(/before the end/)
  })
})

describe('withOffset', () => {
  it('writes a moment in another zone', () => {
    expect(withOffset('2026-11-01T00:00:00Z', 120)).toBe('2026-11-01T02:00:00+02:00')
    expect(withOffset('2026-11-01T00:00:00Z', -210)).toBe('2026-10-31T20:30:00-03:30')
    for (const minutes of [0, 345, -60])
      expect(Date.parse(withOffset('2026-11-01T00:00:00Z', minutes))).toBe(Date.parse('2026-11-01T00:00:00Z'))
  })
})
