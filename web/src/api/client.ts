import { attended } from './attended'
import { ApiError, csrfRefused, endsSession, unreachable } from './errors'
import type { Operations } from './operations.gen'

const base = '/console/api/'

// What every call needs of the session, set by the session's provider.
let csrf = ''
let onSessionEnd: (code: string) => void = () => {}

// useToken takes the session's CSRF token; calls that change something carry it.
export function useToken(token: string): void {
  csrf = token
}

// whenSessionEnds is called when an answer says that there is no session any more, or
// another one.
export function whenSessionEnds(f: (code: string) => void): void {
  onSessionEnd = f
}

export interface CallOptions {
  query?: Record<string, string | number | boolean | undefined>
  body?: unknown
  signal?: AbortSignal
}

// pathOf is the address of a call below the console's API.
export function pathOf(path: string, query: CallOptions['query'] = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') params.set(name, String(value))
  const text = params.toString()
  return base + path + (text ? '?' + text : '')
}

// call makes one call and returns its JSON answer, undefined for an empty one.
// A refusal is thrown as an ApiError; a cancelled call throws AbortError.
export async function call<T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  // What a page asks for by itself, while nobody is there, keeps no session alive.
  if (!attended()) headers['X-Cairn-Unattended'] = '1'
  const init: RequestInit = { method, headers, credentials: 'same-origin', signal: options.signal }
  if (method !== 'GET') {
    headers['X-Cairn-Csrf'] = csrf || 'sign-in'
    headers['Content-Type'] = 'application/json'
    init.body = JSON.stringify(options.body ?? {})
  }
  let response: Response
  try {
    response = await fetch(pathOf(path, options.query), init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, unreachable, 'The server does not answer.')
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as T
  throw await refusal(response)
}

// refusal is the error that an answer tells. One that tells of a session's end, or of
// another session, is told to the session's provider, too.
export async function refusal(response: Response): Promise<ApiError> {
  const error = await errorOf(response)
  if (endsSession(error) || error.code === csrfRefused) onSessionEnd(error.code)
  return error
}

async function errorOf(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as Record<string, unknown>
    const retry = typeof body.retryAfterSeconds === 'number' ? body.retryAfterSeconds : undefined
    return new ApiError(response.status, String(body.code ?? response.status), String(body.message ?? ''), body.requestId as string | undefined, retry)
  } catch {
    return new ApiError(response.status, String(response.status), response.statusText)
  }
}

// cloudtrail calls an operation of CloudTrail in a Region.
export function cloudtrail<Op extends keyof Operations>(
  operation: Op,
  input: Operations[Op]['input'],
  options: { region: string; signal?: AbortSignal },
): Promise<Operations[Op]['output']> {
  return call('POST', 'cloudtrail/' + operation, { body: input, query: { region: options.region }, signal: options.signal })
}
