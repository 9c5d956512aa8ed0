import { createHash, createHmac } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Server } from './server'

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

// S3 is the server's own S3 endpoint, as the administrator of the account sees it.
export class S3 {
  constructor(
    private readonly endpoint: string,
    private readonly server: Server,
  ) {}

  // put makes an object, or the bucket if there is no key.
  async put(bucket: string, key = '', body: Buffer = Buffer.alloc(0)): Promise<void> {
    await this.send('PUT', `/${bucket}${key && '/' + key}`, body)
  }

  // get reads an object; what was stored with Content-Encoding gzip comes unpacked.
  async get(bucket: string, key: string): Promise<Buffer> {
    return this.send('GET', `/${bucket}/${key}`)
  }

  // list gives the keys that begin with prefix.
  async list(bucket: string, prefix: string): Promise<string[]> {
    const text = (await this.send('GET', `/${bucket}`, Buffer.alloc(0), { 'list-type': '2', prefix })).toString()
    return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map((m) => m[1]!)
  }

  // deny takes a bucket's policy away, so that nobody but its owner may use it.
  async deny(bucket: string): Promise<void> {
    await this.send('DELETE', `/${bucket}`, Buffer.alloc(0), { policy: '' })
  }

  // upload makes a bucket of the files of a folder.
  async upload(bucket: string, folder: string): Promise<number> {
    await this.put(bucket)
    const files = (readdirSync(folder, { recursive: true }) as string[])
      .map((name) => join(folder, name))
      .filter((name) => name.endsWith('.gz') && statSync(name).isFile())
    for (const file of files) await this.put(bucket, relative(folder, file), readFileSync(file))
    return files.length
  }

  private send(method: string, path: string, body: Buffer = Buffer.alloc(0), query: Record<string, string> = {}): Promise<Buffer> {
    return signed(this.server, { service: 's3', endpoint: this.endpoint, method, path, query, body })
  }
}

interface Call {
  service: string
  endpoint: string
  method: string
  path: string
  query?: Record<string, string>
  body?: Buffer
  type?: string
}

const encoded = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase())

// signed sends a call with Signature Version 4 of the administrator of the account.
export async function signed(
  server: Server,
  { service, endpoint, method, path, query = {}, body = Buffer.alloc(0), type = '' }: Call,
): Promise<Buffer> {
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
  const scope = `${time.slice(0, 8)}/us-east-1/${service}/aws4_request`
  const hash = sha256(body)
  const search = Object.entries(query)
    .map(([k, v]) => `${encoded(k)}=${encoded(v)}`)
    .sort()
    .join('&')
  const headers = { host: new URL(endpoint).host, 'x-amz-content-sha256': hash, 'x-amz-date': time }
  const names = Object.keys(headers).join(';')
  const canonical = [method, path, search, ...Object.entries(headers).map(([k, v]) => `${k}:${v}`), '', names, hash].join('\n')
  const key = scope.split('/').reduce<string | Buffer>((k, part) => hmac(k, part), 'AWS4' + server.secretAccessKey)
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex')
  const answer = await fetch(`${endpoint}${path}${search && '?' + search}`, {
    method,
    ...(method !== 'GET' && { body: new Uint8Array(body) }),
    headers: {
      'x-amz-content-sha256': hash,
      'x-amz-date': time,
      ...(type && { 'Content-Type': type }),
      Authorization: `AWS4-HMAC-SHA256 Credential=${server.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    },
  })
  const text = Buffer.from(await answer.arrayBuffer())
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.toString()}`)
  return text
}
