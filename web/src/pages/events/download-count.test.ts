import { describe, expect, it } from 'vitest'
import { csvCounter, jsonCounter, type Counter } from './download-count'

// Every way to cut a text into two pieces counts the same.
function counted(make: () => Counter, text: string): number[] {
  const bytes = new TextEncoder().encode(text)
  return Array.from(bytes, (_, cut) => {
    const counter = make()
    counter.add(bytes.subarray(0, cut))
    counter.add(bytes.subarray(cut))
    return counter.events()
  })
}

describe('counting events of a file while it comes', () => {
  it('counts the rows of CSV, not the lines', () => {
    expect(new Set(counted(csvCounter, 'Event name,Record\r\nA,"{""x"": 1}"\r\nB,"two\r\nlines ""\r\n"\r\n'))).toEqual(new Set([2]))
    expect(counted(csvCounter, 'Event name\r\n').at(-1)).toBe(0)
  })
  it('counts the records of JSON, not the objects', () => {
    const records = [{ a: { b: [{ c: 1 }] }, text: '}{"\\' }, {}, { list: [1, { x: '[' }], ü: 'ö' }]
    expect(new Set(counted(jsonCounter, JSON.stringify({ Records: records }, null, 1)))).toEqual(new Set([3]))
    expect(counted(jsonCounter, '{"Records":[\n]}\n').at(-1)).toBe(0)
  })
})
