import { describe, expect, it } from 'vitest'
import { apply, firstStatement, oneLine, storeChanges, storesOf } from './from'

const a = '11111111-1111-4111-8111-111111111111'
const b = '2e5d0ab6-097e-49d8-99ef-0123456789ab'
const n = '99999999-9999-4999-8999-999999999999'
const set = (sql: string) => apply(sql, storeChanges(sql, n))

describe('storesOf', () => {
  it('finds ids, quoted ids and ARNs, and no strings or comments', () => {
    expect(storesOf(`SELECT '${a}' FROM ${b} -- ${a}\n/* ${a} */`)).toEqual([b])
    expect(storesOf(`SELECT * FROM "arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/${a}" x JOIN "${b}" y ON true`)).toEqual([
      a,
      b,
    ])
    expect(storesOf(`SELECT it's FROM ${a.toUpperCase()}`)).toEqual([])
    expect(storesOf(`SELECT 'it''s' FROM ${a.toUpperCase()}`)).toEqual([a])
    expect(storesOf('SELECT 1 FROM $EDS_ID')).toEqual(['$EDS_ID'])
  })
  it('is not misled by what is longer than an id', () => {
    expect(storesOf(`SELECT * FROM ${a}-0`)).toEqual([])
    expect(storesOf(`SELECT * FROM x${a}`)).toEqual([])
  })
})

describe('storeChanges', () => {
  it('replaces the store of FROM', () => {
    expect(set(`SELECT * FROM ${a} WHERE x = '${a}' -- ${a}`)).toBe(`SELECT * FROM ${n} WHERE x = '${a}' -- ${a}`)
    expect(set(`SELECT * from "${a}"`)).toBe(`SELECT * from ${n}`)
  })
  it('replaces it wherever it is named', () => {
    expect(set(`SELECT ${a}.eventid FROM ${a} WHERE eventid IN (SELECT eventid FROM ${a})`)).toBe(
      `SELECT ${n}.eventid FROM ${n} WHERE eventid IN (SELECT eventid FROM ${n})`,
    )
  })
  it('leaves the other store of a join', () => {
    expect(set(`SELECT * FROM ${a} x JOIN ${b} y ON x.eventid = y.eventid`)).toBe(
      `SELECT * FROM ${n} x JOIN ${b} y ON x.eventid = y.eventid`,
    )
  })
  it('fills placeholders in', () => {
    expect(set('SELECT 1 FROM $EDS_ID JOIN $EDS_ID y ON true')).toBe(`SELECT 1 FROM ${n} JOIN ${n} y ON true`)
    expect(set('SELECT * FROM event-data-store-id LIMIT 5')).toBe(`SELECT * FROM ${n} LIMIT 5`)
    expect(set('SELECT * FROM <eds-id> LIMIT 5')).toBe(`SELECT * FROM ${n} LIMIT 5`)
  })
  it('completes a FROM without a table', () => {
    expect(set('SELECT * FROM')).toBe(`SELECT * FROM ${n}`)
    expect(set('SELECT * FROM WHERE a = 1')).toBe(`SELECT * FROM ${n} WHERE a = 1`)
  })
  it('adds a FROM', () => {
    expect(set('SELECT *')).toBe(`SELECT *\nFROM ${n}`)
    expect(set("SELECT 'FROM' WHERE 1 = 1")).toBe(`SELECT 'FROM'\nFROM ${n} WHERE 1 = 1`)
  })
  it('leaves subqueries, functions and WITH queries', () => {
    expect(set(`WITH t AS (SELECT * FROM ${a}) SELECT * FROM t`)).toBe(`WITH t AS (SELECT * FROM ${n}) SELECT * FROM t`)
    expect(set('WITH t AS (SELECT * FROM) SELECT * FROM t')).toBe(`WITH t AS (SELECT * FROM ${n}) SELECT * FROM t`)
    expect(set('SELECT extract(year FROM eventtime) FROM')).toBe(`SELECT extract(year FROM eventtime) FROM ${n}`)
    expect(set('SELECT a IS DISTINCT FROM b FROM')).toBe(`SELECT a IS DISTINCT FROM b FROM ${n}`)
    expect(set('SELECT * FROM unnest(ARRAY[1])')).toBe('SELECT * FROM unnest(ARRAY[1])')
  })
  it('begins a statement where there is none', () => {
    expect(set('  ')).toBe(firstStatement(n))
    expect(set('-- who was it?\n')).toBe('-- who was it?\n' + firstStatement(n))
  })
})

describe('oneLine', () => {
  it('names the stores that are known', () => {
    expect(oneLine(`-- why\nSELECT '${a}'\n  FROM ${a}, "${a}" JOIN ${b}`, [{ id: a, name: 'audit' }])).toBe(
      `SELECT '${a}' FROM audit, audit JOIN ${b}`,
    )
  })
})
