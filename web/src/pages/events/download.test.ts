import { afterEach, describe, expect, it, vi } from 'vitest'
import { whenSessionEnds } from '~/api/client'
import { addressOf, fetchEvents, nameOf, Partial, type Wanted } from './download'

const wanted: Wanted = {
  region: 'eu-west-1',
  attributes: [{ AttributeKey: 'EventName', AttributeValue: 'A&B' }],
  bounds: { start: 1795780800, end: 1795867200 },
  format: 'csv',
  part: 1,
}

// answers makes the server's answer: pieces of a file, and then its end or an error.
function answers(pieces: string[], error?: Error): void {
  let n = 0
  const body = new ReadableStream<Uint8Array>({
    pull(stream) {
      const piece = pieces[n++]
      if (piece !== undefined) stream.enqueue(new TextEncoder().encode(piece))
      else if (error) stream.error(error)
      else stream.close()
    },
  })
  vi.stubGlobal('fetch', async () => new Response(body, { headers: { 'X-Cairn-Events': '2', 'X-Cairn-Parts': '1' } }))
}

const text = async (pieces: Blob[]) => (await Promise.all(pieces.map((piece) => piece.text()))).join('')

describe('a download', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('is asked for with all of the view', () => {
    const params = new URL(addressOf({ ...wanted, part: 3 }), 'http://x').searchParams
    expect(Object.fromEntries(params)).toEqual({
      region: 'eu-west-1',
      format: 'csv',
      attributes: '[{"AttributeKey":"EventName","AttributeValue":"A&B"}]',
      start: '2026-11-27T12:00:00.000Z',
      end: '2026-11-28T12:00:00.000Z',
      part: '3',
    })
  })
  it('gives what came, and tells how much of how much', async () => {
    answers(['Event name\r\nA\r\n', '"B\r\n"\r\n'])
    const told: [number, number, number][] = []
    const pieces = await fetchEvents(wanted, new AbortController().signal, (far) => told.push([far.events, far.bytes, far.total]))
    expect(await text(pieces)).toBe('Event name\r\nA\r\n"B\r\n"\r\n')
    expect(told).toEqual([[1, 15, 2], [2, 22, 2]])
  })
  it('that breaks off leaves what had come', async () => {
    answers(['Event name\r\nA\r\n'], new Error('gone'))
    const failed = await fetchEvents(wanted, new AbortController().signal, () => {}).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(Partial)
    expect(await text((failed as Partial).pieces)).toBe('Event name\r\nA\r\n')
    expect((failed as Partial).cause).toEqual(new Error('gone'))
  })
  it('that is refused says why, and a session that is over is over', async () => {
    const ended: string[] = []
    whenSessionEnds((code) => ended.push(code))
    vi.stubGlobal('fetch', async () => Response.json({ code: 'SessionExpired', message: 'Your session has ended.' }, { status: 401 }))
    await expect(fetchEvents(wanted, new AbortController().signal, () => {})).rejects.toThrow('Your session has ended.')
    expect(ended).toEqual(['SessionExpired'])
    whenSessionEnds(() => {})
  })
  it('has a name that says what it is', () => {
    const now = new Date('2026-11-27T12:34:56Z')
    expect(nameOf(wanted, now)).toBe('event_history_eu-west-1_20261127-123456.csv')
    expect(nameOf({ ...wanted, format: 'json', part: 2 }, now)).toBe('event_history_eu-west-1_20261127-123456_part2.json')
  })
})
