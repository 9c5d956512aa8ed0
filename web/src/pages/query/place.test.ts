import { describe, expect, it } from 'vitest'
import { moved, placeOf, rangeOf } from './place'

describe('placeOf', () => {
  it('reads line and column', () => {
    expect(placeOf("line 3:12: column 'evnt' cannot be resolved")).toEqual({
      line: 3,
      column: 12,
      message: "column 'evnt' cannot be resolved",
    })
    expect(placeOf('InvalidQueryStatementException: line 1:1: mismatched\ninput')).toEqual({
      line: 1,
      column: 1,
      message: 'mismatched\ninput',
    })
  })
  it('knows when there is none', () => {
    expect(placeOf('Division by zero')).toBeUndefined()
    expect(placeOf('the outline 3:4 is wrong')).toBeUndefined()
  })
})

describe('rangeOf', () => {
  const at = (text: string, line: number, column: number) => {
    const { from, to } = rangeOf(text, { line, column })
    return text.slice(from, to)
  }
  it('marks the word', () => {
    expect(at('SELECT a\nFROM evnt WHERE', 2, 6)).toBe('evnt')
    expect(at("SELECT 'it''s' x", 1, 8)).toBe("'it''s'")
    expect(at('SELECT (', 1, 8)).toBe('(')
  })
  it('counts characters, not code units', () => {
    expect(at("SELECT '😀', bad", 1, 13)).toBe('bad')
  })
  it('has something to mark at the end', () => {
    expect(at('SELECT', 1, 7)).toBe('T')
    expect(at('SELECT', 9, 1)).toBe('T')
    expect(rangeOf('', { line: 1, column: 1 })).toEqual({ from: 0, to: 0 })
  })
})

describe('moved', () => {
  it('places a part in the whole', () => {
    const whole = 'SELECT 1;\n  SELECT bad\nFROM x'
    const offset = whole.indexOf('SELECT bad')
    expect(moved({ line: 1, column: 8, message: '' }, whole, offset)).toMatchObject({ line: 2, column: 10 })
    expect(moved({ line: 2, column: 6, message: '' }, whole, offset)).toMatchObject({ line: 3, column: 6 })
  })
})
