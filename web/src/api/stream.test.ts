import { describe, expect, it } from 'vitest'
import { Parser } from './stream'

const text = ': open\n\nevent: progress\ndata: {"n":1}\n\n: beat\n\nevent: report\r\ndata: a\r\ndata:b\r\n\r\ndata\n\nevent: none\n\n'
const want = [
  { event: 'progress', data: '{"n":1}' },
  { event: 'report', data: 'a\nb' },
  { event: 'message', data: '' },
]

describe('Parser', () => {
  it('reads a stream at once', () => expect(new Parser().push(text)).toEqual(want))
  it('reads it however it is cut', () => {
    for (let size = 1; size < text.length; size++) {
      const parser = new Parser()
      const out = []
      for (let i = 0; i < text.length; i += size) out.push(...parser.push(text.slice(i, i + size)))
      expect(out).toEqual(want)
    }
  })
})
