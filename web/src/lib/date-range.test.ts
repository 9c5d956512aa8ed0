import { expect, it } from 'vitest'
import { checkRange } from './date-range'

it('takes what has a start before its end', () => {
  expect(checkRange(null).valid).toBe(true)
  expect(checkRange({ type: 'relative', amount: 7, unit: 'year' }).valid).toBe(true)
  expect(checkRange({ type: 'absolute', startDate: '2026-11-27T00:00:00Z', endDate: '2026-11-28T00:00:00Z' }).valid).toBe(true)
})

it('refuses what is no time', () => {
  expect(checkRange({ type: 'absolute', startDate: '2026-11-28T00:00:00Z', endDate: '2026-11-28T00:00:00Z' }).valid).toBe(false)
  expect(checkRange({ type: 'absolute', startDate: '', endDate: '2026-11-28T00:00:00Z' }).valid).toBe(false)
  for (const amount of [NaN, 0, -1, 1e9]) expect(checkRange({ type: 'relative', amount, unit: 'day' }).valid).toBe(false)
})
