import { digitsOf } from '~/lib/text'

// nameProblem says what is wrong with the name of a new device, or ''.
export function nameProblem(name: string, taken: string[]): string {
  const trimmed = name.trim()
  if (!trimmed) return 'Enter a name.'
  if (!/^[\w+=,.@-]{1,64}$/.test(trimmed)) return 'A name has up to 64 letters, digits and + = , . @ _ -, and no spaces.'
  if (taken.includes(trimmed)) return 'You have a device of this name. Choose another.'
  return ''
}

// codesProblem says what is wrong with the two codes of a new device, or ''.
export function codesProblem(first: string, second: string): string {
  const codes = [first, second].map(digitsOf)
  if (!codes.every((code) => /^\d{6}$/.test(code))) return 'Each code has 6 digits.'
  if (codes[0] === codes[1]) return 'The codes are the same. Wait until the app shows another one, and enter that second.'
  return ''
}

// groups parts a secret into fours, to be read and typed.
export const groups = (secret: string) => secret.match(/.{1,4}/g)?.join(' ') ?? ''
