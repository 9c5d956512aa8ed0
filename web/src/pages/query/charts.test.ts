import { describe, expect, it } from 'vitest'
import { axes, bars, chooseChart, fitChart, mostCategories, none, points, roleOf, stepOf, timeOf } from './charts'
import type { Cell, Column } from './cells'

const column = (name: string, type: string): Column => ({ name, type })
const day = column('day', 'date')
const time = column('eventtime', 'timestamp(3)')
const who = column('who', 'varchar')
const n = column('n', 'bigint')

describe('roleOf', () => {
  it('reads types', () => {
    const types = [
      'timestamp(3)',
      'timestamp(3) with time zone',
      'date',
      'bigint',
      'decimal(10,2)',
      'double',
      'varchar',
      'boolean',
      'map(varchar, varchar)',
      'row(a bigint)',
    ]
    expect(types.map(roleOf)).toEqual(['time', 'time', 'time', 'number', 'number', 'number', 'category', 'category', 'none', 'none'])
  })
})

describe('chooseChart', () => {
  it('draws a line over time', () => {
    expect(
      chooseChart(
        [day, n],
        [
          ['2026-01-01', '1'],
          ['2026-01-02', '2'],
        ],
      ),
    ).toEqual({ kind: 'line', x: 0, y: 1, split: undefined })
    const rows: Cell[][] = [
      ['2026-01-01', 'a', '1'],
      ['2026-01-02', 'b', '2'],
    ]
    expect(chooseChart([day, who, n], rows)).toEqual({ kind: 'line', x: 0, y: 2, split: 1 })
  })
  it('counts events over time', () => {
    expect(
      chooseChart(
        [time, who],
        [
          ['2026-01-01 10:00:00.000', 'a'],
          ['2026-01-01 11:00:00.000', 'b'],
        ],
      ),
    ).toEqual({ kind: 'line', x: 0, y: undefined, split: undefined })
  })
  it('draws a pie of a few parts and bars of many', () => {
    const rows = (k: number): Cell[][] => Array.from({ length: k }, (_, i) => [`u${i}`, `${i}`])
    expect(chooseChart([who, n], rows(4))).toMatchObject({ kind: 'pie', x: 0, y: 1 })
    expect(chooseChart([who, n], rows(30))).toMatchObject({ kind: 'bar', x: 0, y: 1 })
    expect(
      chooseChart(
        [who, n],
        [
          ['a', '-1'],
          ['b', '2'],
        ],
      ),
    ).toMatchObject({ kind: 'bar' })
    expect(chooseChart([who, n], [['a', '1']])).toMatchObject({ kind: 'bar' })
  })
  it('does not take a constant for a category, nor one time for a line', () => {
    expect(
      chooseChart(
        [column('region', 'varchar'), who, n],
        [
          ['x', 'a', '1'],
          ['x', 'b', '2'],
        ],
      ),
    ).toMatchObject({ x: 1 })
    expect(
      chooseChart(
        [day, who, n],
        [
          ['2026-01-01', 'a', '1'],
          ['2026-01-01', 'b', '2'],
        ],
      ),
    ).toMatchObject({ kind: 'pie', x: 1 })
  })
  it('gives up when there is nothing to show', () => {
    expect(chooseChart([column('m', 'map(varchar, varchar)')], [['{a=b}']])).toBeUndefined()
    expect(chooseChart([n], [['1']])).toBeUndefined()
  })
})

describe('timeOf', () => {
  it('reads what Trino writes', () => {
    expect(timeOf('2026-01-01 10:00:00.500')).toBe(Date.UTC(2026, 0, 1, 10, 0, 0, 500))
    expect(timeOf('2026-01-01')).toBe(Date.UTC(2026, 0, 1))
    expect(timeOf('2026-01-01 10:00:00.000 UTC')).toBe(Date.UTC(2026, 0, 1, 10))
    expect(timeOf('2026-01-01 10:00:00.000 +02:00')).toBe(Date.UTC(2026, 0, 1, 8))
    expect(timeOf('yesterday')).toBeNaN()
    expect(timeOf(null)).toBeNaN()
  })
})

describe('bars', () => {
  it('sums, and puts the rest together', () => {
    const rows: Cell[][] = Array.from({ length: 50 }, (_, i) => [`u${i}`, `${100 - i}`])
    const got = bars([who, n], [...rows, ['u0', '5'], [null, '1000']], { kind: 'bar', x: 0, y: 1 })
    expect(got).toHaveLength(mostCategories + 1)
    expect(got[0]).toEqual({ x: none, y: 1000 })
    expect(got[1]).toEqual({ x: 'u0', y: 105 })
    expect(got.at(-1)!.x).toBe('Other (31)')
    expect(got.reduce((sum, b) => sum + b.y, 0)).toBe(rows.reduce((sum, r) => sum + Number(r[1]), 0) + 1005)
  })
  it('counts rows without a number', () => {
    expect(bars([who], [['a'], ['b'], ['a']], { kind: 'bar', x: 0 })).toEqual([
      { x: 'a', y: 2 },
      { x: 'b', y: 1 },
    ])
  })
  it('keeps numbers in order', () => {
    expect(
      bars(
        [n, n],
        [
          ['10', '1'],
          ['9', '5'],
        ],
        { kind: 'bar', x: 0, y: 1 },
      ).map((b) => b.x),
    ).toEqual(['9', '10'])
  })
})

describe('points', () => {
  it('sorts and splits', () => {
    const rows: Cell[][] = [
      ['2026-01-02', 'a', '2'],
      ['2026-01-01', 'a', '1'],
      ['2026-01-01', 'b', '4'],
      ['2026-01-01', 'a', '3'],
      [null, 'a', '9'],
    ]
    const got = points(rows, { kind: 'line', x: 0, y: 2, split: 1 })
    expect(got.map((s) => s.title).sort()).toEqual(['a', 'b'])
    expect(got.find((s) => s.title === 'a')!.data).toEqual([
      { x: new Date(Date.UTC(2026, 0, 1)), y: 4 },
      { x: new Date(Date.UTC(2026, 0, 2)), y: 2 },
    ])
  })
  it('puts the smaller series together', () => {
    const rows: Cell[][] = Array.from({ length: 9 }, (_, i) => ['2026-01-01', `s${i}`, `${9 - i}`])
    const got = points(rows, { kind: 'line', x: 0, y: 2, split: 1 })
    expect(got).toHaveLength(7)
    expect(got.find((s) => s.title === 'Other')!.data[0]!.y).toBe(3 + 2 + 1)
  })
  it('counts events by interval, with zeros between', () => {
    const rows: Cell[][] = [['2026-01-01 00:00:10'], ['2026-01-01 00:00:20'], ['2026-01-01 00:40:00']]
    const [series] = points(rows, { kind: 'line', x: 0 })
    expect(series!.data[0]!.y).toBe(2)
    expect(series!.data.at(-1)!.y).toBe(1)
    expect(series!.data.slice(1, -1).every((p) => p.y === 0)).toBe(true)
    expect(series!.data.reduce((sum, p) => sum + p.y, 0)).toBe(3)
  })
})

describe('stepOf', () => {
  it('bounds the points of a line', () => {
    const times = Array.from({ length: 1000 }, (_, i) => i * 60_000)
    const step = stepOf(times, false)
    expect((1000 * 60_000) / step).toBeLessThanOrEqual(150)
    expect(stepOf([1, 2, 3], false)).toBe(0)
    expect(stepOf([], true)).toBe(0)
  })
})

describe('fitChart', () => {
  it('keeps the columns that fit', () => {
    const columns = [day, who, n]
    expect(fitChart(columns, { kind: 'bar', x: 1, y: 2 }, 'line')).toEqual({ kind: 'line', x: 0, y: 2, split: undefined })
    expect(fitChart(columns, { kind: 'line', x: 0, y: 2, split: 1 }, 'pie')).toEqual({ kind: 'pie', x: 0, y: 2, split: undefined })
    expect(fitChart([who, n], { kind: 'bar', x: 0, y: 1 }, 'line')).toBeUndefined()
    expect(axes(columns, 'bar')).toEqual({ x: [0, 1, 2], y: [2], split: [] })
  })
})
