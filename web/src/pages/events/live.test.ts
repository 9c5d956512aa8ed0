import { describe, expect, it } from 'vitest'
import { prepend, settle } from './live'
import { complete } from './preferences'

const event = (EventId: string, EventTime: number) => ({ EventId, EventTime })

describe('new events', () => {
  it('stand before the old, newest first, each once', () => {
    const old = [event('a', 10)]
    expect(prepend(old, [event('b', 11), event('c', 12), event('b', 11), event('a', 10)], 10).map((e) => e.EventId)).toEqual([
      'c',
      'b',
      'a',
    ])
  })
  it('leave the list alone if there is none', () => {
    const old = [event('a', 10)]
    expect(prepend(old, [event('a', 10), {}], 10)).toBe(old)
  })
  it('are bounded', () => {
    expect(prepend([event('a', 1), event('b', 0)], [event('c', 2)], 2).map((e) => e.EventId)).toEqual(['c', 'a'])
  })
})

describe('a page that was loaded anew', () => {
  it('leaves what came after it', () => {
    const page = [event('c', 12), event('b', 11), event('a', 10)]
    const came = [event('e', 13), event('d', 12), event('c', 12), event('older', 9)]
    expect(settle(came, page).map((e) => e.EventId)).toEqual(['e', 'd'])
  })
  it('changes nothing if there is nothing to take', () => {
    const came = [event('e', 13)]
    expect(settle(came, [event('a', 10)])).toBe(came)
    expect(settle(came, [])).toBe(came)
  })
})

describe('preferences of the table', () => {
  it('have the default columns at first', () => {
    const shown = complete({})
      .contentDisplay.filter((c) => c.visible)
      .map((c) => c.id)
    expect(shown).toEqual(['name', 'time', 'user', 'source', 'types', 'names'])
    expect(complete({}).pageSize).toBe(50)
  })
  it('keep what the reader chose, and learn new columns hidden', () => {
    const kept = complete({
      pageSize: 10,
      contentDisplay: [
        { id: 'ip', visible: true },
        { id: 'gone', visible: true },
        { id: 'name', visible: true },
      ],
    })
    expect(kept.pageSize).toBe(10)
    expect(kept.contentDisplay.slice(0, 2)).toEqual([
      { id: 'ip', visible: true },
      { id: 'name', visible: true },
    ])
    expect(kept.contentDisplay.slice(2).every((c) => !c.visible)).toBe(true)
    expect(kept.contentDisplay).toHaveLength(18)
  })
  it('do not take a page size that the API refuses', () => {
    expect(complete({ pageSize: 1000 }).pageSize).toBe(50)
  })
})
