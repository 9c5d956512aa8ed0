import { describe, expect, it } from 'vitest'
import { blocks, pretty } from './json'

describe('blocks of a long text', () => {
  it('are the text, and each is short', () => {
    const text = Array.from({ length: 3000 }, (_, n) => `"field${n}": "${'x'.repeat(n % 90)}",\n`).join('') + 'y'.repeat(20_001)
    const cut = blocks(text)
    expect(cut.join('')).toBe(text)
    expect(Math.max(...cut.map((block) => block.length))).toBeLessThanOrEqual(4000)
    expect(cut[0]!.endsWith('\n')).toBe(true)
  })
  it('end on whole characters', () => {
    for (const block of blocks('x' + '😀'.repeat(5000))) expect(() => encodeURIComponent(block)).not.toThrow()
  })
  it('are none of nothing', () => {
    expect(blocks('')).toEqual([])
  })
})

describe('pretty', () => {
  it('lays JSON out, and leaves what is none', () => {
    expect(pretty('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}')
    expect(pretty('{"a":')).toBe('{"a":')
  })
})
