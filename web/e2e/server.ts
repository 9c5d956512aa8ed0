import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const binary = process.env.CAIRN_BINARY ?? resolve(import.meta.dirname, '../../bin/cairn')

// account is the one that the first start of a server makes.
export const account = '111122223333'

// Server is a real server with a data directory of its own.
export interface Server {
  url: string
  dataDir: string
  accessKeyId: string
  secretAccessKey: string
  // cairn runs the command line against this server and returns what it printed.
  cairn: (args: string[], input?: string) => Promise<string>
  stop: () => Promise<void>
}

// startServer starts one on free ports, and returns when it takes requests. Its data
// directory is new unless the demo is to be in it: calls, a trail and its log files,
// an event data store.
export async function startServer(flags: string[] = [], contents: 'nothing' | 'demo' = 'nothing'): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'cairn-console-'))
  if (contents === 'demo') await run(['demo', '--data-dir', dataDir, '--exit'], process.env)
  const free = ['--listen', '--s3-listen', '--admin-listen'].flatMap((flag) => [flag, '127.0.0.1:0'])
  const child = spawn(binary, ['serve', '--data-dir', dataDir, '--log-format', 'json', ...free, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] })
  const url = await ready(child)
  const credentials = readFileSync(join(dataDir, 'credentials'), 'utf8')
  const value = (name: string) => new RegExp(`^${name}\\s*=\\s*(\\S+)`, 'm').exec(credentials)![1]!
  const env = { ...process.env, AWS_SHARED_CREDENTIALS_FILE: join(dataDir, 'credentials'), AWS_CONFIG_FILE: '/dev/null', AWS_REGION: 'us-east-1' }
  return {
    url, dataDir,
    accessKeyId: value('aws_access_key_id'),
    secretAccessKey: value('aws_secret_access_key'),
    cairn: (args, input) => run([...args, '--endpoint', url], env, input),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM')
        await once(child, 'exit')
      }
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

// ready reads the log until the server names its address.
function ready(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    const seen: string[] = []
    const lines = createInterface({ input: child.stderr! })
    lines.on('line', (line) => {
      seen.push(line)
      try {
        const entry = JSON.parse(line) as { msg?: string; api?: string }
        if (entry.msg === 'cairn is ready' && entry.api) done(entry.api)
      } catch {
        // not a line of the log
      }
    })
    child.once('exit', (code) => fail(new Error(`the server ended with ${code}:\n${seen.join('\n')}`)))
    child.once('error', fail)
  })
}

async function run(args: string[], env: NodeJS.ProcessEnv, input?: string): Promise<string> {
  const child = spawn(binary, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => (err += data.toString()))
  child.stdin.end(input ?? '')
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`cairn ${args.join(' ')} ended with ${code}: ${err}`)
  return out
}
