import { ApiError } from '~/api/errors'
import type { Ended } from '~/shell/session'

// Kind is how a person signs in.
export type Kind = 'user' | 'root' | 'key'

// Fields are what the form holds.
export interface Fields {
  account: string
  user: string
  password: string
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
}

// Names are those of the fields that are no secrets.
export type Names = Pick<Fields, 'account' | 'user' | 'accessKeyId'>

// FieldName is a field that can be missing or wrong.
export type FieldName = keyof Fields

// accountOf takes an account id as people write it: 1111-2222-3333.
export const accountOf = (text: string) => text.replace(/[\s-]/g, '')

// needed are the fields of a kind, in the order of the page.
export const needed: Record<Kind, FieldName[]> = {
  user: ['account', 'user', 'password'],
  root: ['account', 'password'],
  key: ['accessKeyId', 'secretAccessKey'],
}

const missing: Record<FieldName, string> = {
  account: 'Enter the account ID: 12 digits.',
  user: 'Enter the user name.',
  password: 'Enter the password.',
  accessKeyId: 'Enter the access key ID.',
  secretAccessKey: 'Enter the secret access key.',
  sessionToken: 'Temporary access keys, whose ID begins with ASIA, need their session token.',
}

// isTemporary tells keys that need a session token by what they begin with.
export const isTemporary = (fields: Fields) => fields.accessKeyId.trim().startsWith('ASIA')

// problemsOf are the fields that keep a form from being sent, and why.
export function problemsOf(kind: Kind, fields: Fields): Partial<Record<FieldName, string>> {
  const problems: Partial<Record<FieldName, string>> = {}
  for (const name of needed[kind]) if (!fields[name].trim()) problems[name] = missing[name]
  if (kind !== 'key' && !problems.account && !/^\d{12}$/.test(accountOf(fields.account))) problems.account = 'An account ID has 12 digits.'
  if (kind === 'key' && isTemporary(fields) && !fields.sessionToken.trim()) problems.sessionToken = missing.sessionToken
  return problems
}

const longest = 2048

// destinationOf is a page as a sign-in names it to the server, which records it and takes
// no odd ones: of an address that is too long, or odd, it is the page without its query,
// or the first page. Nobody is kept out by the link that they came with.
export function destinationOf(then: string): string {
  const whole = '/console' + then
  const fits = (text: string) => text.length <= longest && !/[\\\p{Cc}]|%(?![0-9a-f]{2})/iu.test(text)
  return [whole, whole.split('?')[0]!].find(fits) ?? '/console/'
}

// firstEmpty is the field to begin with.
export const firstEmpty = (kind: Kind, fields: Fields): FieldName => needed[kind].find((name) => !fields[name]) ?? needed[kind].at(-1)!

// ends tells whether an error of the code's step means that the step is over.
export function endsChallenge(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    error.status >= 400 &&
    error.status < 500 &&
    error.code !== 'AuthenticationFailed' &&
    error.code !== 'TooManyAttempts'
  )
}

// endedText says why there is no session any more, or nothing if there was none.
export function endedText(ended: Ended | undefined, now: number): string | undefined {
  if (!ended) return undefined
  const { code, last } = ended
  if (code === 'SessionExpired') {
    if (last && Date.parse(last.expires) <= now) return 'Your session reached its longest duration. Sign in again to go on where you were.'
    if (last)
      return `Your session ended after ${lengthOf(last.idleTimeoutSeconds)} of inactivity, or was ended elsewhere. Sign in again to go on where you were.`
    return 'Your session has ended. Sign in again to go on where you were.'
  }
  if (code === 'NotSignedIn' && last) return 'You were signed out. Sign in again to go on where you were.'
  return undefined
}

function lengthOf(seconds: number): string {
  const [n, unit] =
    seconds >= 3600 && seconds % 3600 === 0
      ? [seconds / 3600, 'hour']
      : seconds >= 60
        ? [Math.round(seconds / 60), 'minute']
        : [seconds, 'second']
  return `${n} ${unit}${n === 1 ? '' : 's'}`
}
