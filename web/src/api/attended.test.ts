import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { attended, whenTouched } from './attended'
import { call } from './client'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const touch = () => window.dispatchEvent(new Event('keydown'))

it('takes somebody for gone a minute after the last touch', () => {
  touch()
  vi.advanceTimersByTime(59_000)
  expect(attended()).toBe(true)
  vi.advanceTimersByTime(1000)
  expect(attended()).toBe(false)
  touch()
  expect(attended()).toBe(true)
})

it('tells of touches, not too often', () => {
  const f = vi.fn()
  const end = whenTouched(f, 5000)
  touch()
  expect(f).toHaveBeenCalledTimes(0)
  vi.advanceTimersByTime(5000)
  expect(f).toHaveBeenCalledTimes(0)
  touch()
  touch()
  expect(f).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(5000)
  end()
  touch()
  expect(f).toHaveBeenCalledTimes(1)
})

it('marks what a page asks for by itself', async () => {
  const marks: (string | undefined)[] = []
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    marks.push((init.headers as Record<string, string>)['X-Cairn-Unattended'])
    return Promise.resolve(new Response('{}'))
  })
  touch()
  await call('GET', 'session')
  vi.advanceTimersByTime(60_000)
  await call('GET', 'session')
  expect(marks).toEqual([undefined, '1'])
  vi.unstubAllGlobals()
})
