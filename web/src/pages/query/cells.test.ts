import { describe, expect, it } from 'vitest'
import { compareCells, isJson, toCsv, toJson, toTsv, widthOf, type Column } from './cells'

const columns: Column[] = [
  { name: 'who', type: 'varchar' },
  { name: 'n', type: 'bigint' },
]

describe('toTsv', () => {
  it('quotes what would end a cell', () => {
    expect(
      toTsv(columns, [
        ['a\tb', '1'],
        ['say "hi"\nyou', null],
      ]),
    ).toBe('who\tn\n"a\tb"\t1\n"say ""hi""\nyou"\t\n')
  })
  it('defuses formulas and leaves numbers', () => {
    expect(
      toTsv(columns, [
        ['=HYPERLINK("x")', '-5'],
        ['@a', '+1.5E3'],
        ['-a', '-1+cmd'],
      ]),
    ).toBe(`who\tn\n"'=HYPERLINK(""x"")"\t-5\n'@a\t+1.5E3\n'-a\t'-1+cmd\n`)
  })
})

describe('toCsv', () => {
  it('quotes commas, quotes, line ends and outer spaces', () => {
    expect(
      toCsv(columns, [
        ['a,b', '1'],
        [' x', '2'],
        ['"', '3'],
      ]),
    ).toBe('who,n\r\n"a,b",1\r\n" x",2\r\n"""",3\r\n')
  })
})

describe('toJson', () => {
  it('gives numbers, booleans and nulls, and keeps large numbers exact', () => {
    const types = ['bigint', 'bigint', 'boolean', 'double', 'varchar', 'decimal(38,2)'].map((type, i) => ({ name: `c${i}`, type }))
    const row = ['12', '9007199254740993', 'true', '1.0E7', null, '0.10']
    expect(JSON.parse(toJson(types, [row]))).toEqual([{ c0: 12, c1: '9007199254740993', c2: true, c3: 1e7, c4: null, c5: '0.10' }])
  })
  it('keeps columns of one name', () => {
    const same = ['a', 'a_2', 'a'].map((name) => ({ name, type: 'varchar' }))
    expect(JSON.parse(toJson(same, [['1', '2', '3']]))).toEqual([{ a: '1', a_2: '2', a_3: '3' }])
  })
})

describe('compareCells', () => {
  it('orders numbers as numbers and NULL last', () => {
    const sorted = (type: string, cells: (string | null)[]) => cells.sort((a, b) => compareCells(a, b, type))
    expect(sorted('bigint', ['10', null, '9'])).toEqual(['9', '10', null])
    expect(sorted('varchar', ['b', null, 'a'])).toEqual(['a', 'b', null])
  })
})

describe('isJson', () => {
  it('knows objects and lists', () => {
    expect(isJson('{"a":1}')).toBe(true)
    expect(isJson(' [1]')).toBe(true)
    expect(isJson('{a=b}')).toBe(false)
    expect(isJson('12')).toBe(false)
  })
})

describe('widthOf', () => {
  it('is bounded', () => {
    expect(widthOf(columns[1]!, 1, [['a', '1']])).toBe(110)
    expect(widthOf(columns[0]!, 0, [['a'.repeat(1000), '1']])).toBe(340)
  })
})
