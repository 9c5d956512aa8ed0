import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

// HeldBucket is a bucket at an S3 endpoint of its own, which gives no object until it is
// let go: what reads it is at work for as long as a test wants.
export interface HeldBucket {
  url: string
  // asked waits until somebody wants an object.
  asked: () => Promise<void>
  letGo: () => void
  close: () => void
}

// holdBucket serves objects, by their keys.
export async function holdBucket(name: string, objects: ReadonlyMap<string, Buffer>): Promise<HeldBucket> {
  let ask = () => {}
  let letGo = () => {}
  const asked = new Promise<void>((resolve) => (ask = resolve))
  const free = new Promise<void>((resolve) => (letGo = resolve))
  const give = async (key: string, answer: ServerResponse) => {
    ask()
    await free
    const body = objects.get(key)
    if (body) answer.writeHead(200, { 'Content-Length': body.length }).end(body)
    else answer.writeHead(404).end()
  }
  const list = (prefix: string, after: string, answer: ServerResponse) => {
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
    const contents = keys.map((key) => `<Contents><Key>${key}</Key><Size>${objects.get(key)!.length}</Size></Contents>`)
    const about = `<Name>${name}</Name><KeyCount>${keys.length}</KeyCount><IsTruncated>false</IsTruncated>`
    answer.writeHead(200, { 'Content-Type': 'application/xml' }).end(`<ListBucketResult>${about}${contents.join('')}</ListBucketResult>`)
  }
  const server = createServer((request, answer) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost')
    const key = decodeURIComponent(pathname).slice(name.length + 2)
    if (key) void give(key, answer)
    else list(searchParams.get('prefix') ?? '', searchParams.get('start-after') ?? '', answer)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: () => asked,
    letGo,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
