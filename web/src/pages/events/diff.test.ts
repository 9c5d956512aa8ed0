import { describe, expect, it } from 'vitest'
import { compare, flatten } from './diff'

describe('flatten', () => {
  it('lists fields by their paths', () => {
    expect([...flatten({ a: 1, b: { c: 'x', d: [true, null, {}] }, e: [], f: '' })]).toEqual([
      ['a', '1'], ['b.c', 'x'], ['b.d[0]', 'true'], ['b.d[1]', 'null'], ['b.d[2]', '{}'], ['e', '[]'], ['f', ''],
    ])
  })
  it('takes what is no object for nothing', () => {
    for (const value of [null, 'text', 3, undefined, {}, []]) expect(flatten(value).size).toBe(0)
  })
  it('stops at a bound', () => {
    expect(flatten(Array.from({ length: 100 }, (_, n) => n), 10).size).toBe(10)
  })
})

describe('compare', () => {
  it('marks what differs, and what one lacks', () => {
    const lines = compare([{ same: 1, other: 'a', gone: true }, { same: 1, other: 'b' }, { same: 1, other: 'a', gone: true }])
    expect(lines).toEqual([
      { path: 'same', values: ['1', '1', '1'], differs: false },
      { path: 'other', values: ['a', 'b', 'a'], differs: true },
      { path: 'gone', values: ['true', undefined, 'true'], differs: true },
    ])
  })
  it('tells null, empty and absent apart', () => {
    const [line] = compare([{ a: null }, { a: '' }, {}])
    expect(line).toEqual({ path: 'a', values: ['null', '', undefined], differs: true })
  })
  it('puts new fields behind their neighbours', () => {
    expect(compare([{ a: 1, z: 1 }, { x: 1, a: 1, b: { c: 1, d: 2 }, z: 1 }]).map((l) => l.path)).toEqual(['x', 'a', 'b.c', 'b.d', 'z'])
  })
  it('has each field once, however the records order theirs', () => {
    const paths = compare([{ a: 1, b: 1 }, { b: 1, c: 1, a: 1 }, { c: 1, d: 1, b: 1 }]).map((l) => l.path)
    expect([...paths].sort()).toEqual(['a', 'b', 'c', 'd'])
  })
  it('finds no difference in one record, and no line in none', () => {
    expect(compare([{ a: 1 }]).some((l) => l.differs)).toBe(false)
    expect(compare([])).toEqual([])
  })
})
