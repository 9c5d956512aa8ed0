import { pathOf, refusal, type CallOptions } from './client'
import { ApiError, unreachable } from './errors'

// Message is one of a stream of server-sent events.
export interface Message {
  event: string
  data: string
}

// stream reads server-sent events as they come, until the server ends them. A
// refusal is thrown as an ApiError, with what the server says, which EventSource
// would not tell.
export async function* stream(path: string, query: CallOptions['query'], signal: AbortSignal): AsyncGenerator<Message> {
  let response: Response
  try {
    response = await fetch(pathOf(path, query), { headers: { Accept: 'text/event-stream' }, credentials: 'same-origin', signal })
  } catch (error) {
    if (signal.aborted) throw error
    throw new ApiError(0, unreachable, 'The server does not answer.')
  }
  if (!response.ok || !response.body) throw await refusal(response)
  yield* messages(response.body, signal)
}

async function* messages(body: ReadableStream<Uint8Array>, signal: AbortSignal): AsyncGenerator<Message> {
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader()
  const parser = new Parser()
  try {
    for (;;) {
      let piece: ReadableStreamReadResult<string>
      try {
        piece = await reader.read()
      } catch (error) {
        if (signal.aborted) throw error
        throw new ApiError(0, unreachable, 'The connection to the server broke.')
      }
      if (piece.done) return
      yield* parser.push(piece.value)
    }
  } finally {
    void reader.cancel().catch(() => {})
  }
}

// Parser makes messages of the text of a stream ("Server-sent events", HTML
// Standard), however it is cut.
export class Parser {
  private rest = ''
  private event = ''
  private data: string[] = []

  push(text: string): Message[] {
    const out: Message[] = []
    const lines = (this.rest + text).split('\n')
    this.rest = lines.pop()!
    for (const raw of lines) {
      const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
      if (line === '') {
        if (this.data.length) out.push({ event: this.event || 'message', data: this.data.join('\n') })
        this.event = ''
        this.data = []
        continue
      }
      const colon = line.indexOf(':')
      const name = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (name === 'event') this.event = value
      if (name === 'data') this.data.push(value)
    }
    return out
  }
}
