import { describe, expect, it } from 'vitest'
import { ApiError } from '~/api/errors'
import type { Session } from '~/api/session'
import { accountOf, destinationOf, endedText, endsChallenge, firstEmpty, problemsOf, type Fields } from './form'

const none: Fields = { account: '', user: '', password: '', accessKeyId: '', secretAccessKey: '', sessionToken: '' }

describe('the sign-in form', () => {
  it('takes account ids as people write them', () => {
    expect(accountOf(' 1111-2222 3333 ')).toBe('111122223333')
  })
  it('names what is missing', () => {
    expect(Object.keys(problemsOf('user', none))).toEqual(['account', 'user', 'password'])
    expect(Object.keys(problemsOf('root', none))).toEqual(['account', 'password'])
    expect(Object.keys(problemsOf('key', none))).toEqual(['accessKeyId', 'secretAccessKey'])
    expect(problemsOf('user', { ...none, account: '1111-2222-3333', user: 'a', password: ' ' })).toEqual({ password: expect.any(String) })
    expect(problemsOf('root', { ...none, account: '123', password: 'x' }).account).toMatch(/12 digits/)
    expect(problemsOf('key', { ...none, accessKeyId: 'ASIAX', secretAccessKey: 'x' }).sessionToken).toMatch(/session token/)
  })
  it('keeps nobody out by the link that they came with', () => {
    expect(destinationOf('/trails/a?tab=logs&x=%2F')).toBe('/console/trails/a?tab=logs&x=%2F')
    expect(destinationOf('/query?sql=' + 'x'.repeat(3000))).toBe('/console/query')
    expect(destinationOf('/query?sql=\\')).toBe('/console/query')
    expect(destinationOf('/events/%zz')).toBe('/console/')
    expect(destinationOf('/events/' + 'x'.repeat(3000))).toBe('/console/')
  })
  it('begins with the first empty field', () => {
    expect(firstEmpty('user', { ...none, account: '1' })).toBe('user')
    expect(firstEmpty('root', { ...none, account: '1' })).toBe('password')
    expect(firstEmpty('key', none)).toBe('accessKeyId')
  })
  it('stays at the code while the code is wrong, and leaves when the challenge is over', () => {
    expect(endsChallenge(new ApiError(401, 'AuthenticationFailed', ''))).toBe(false)
    expect(endsChallenge(new ApiError(429, 'TooManyAttempts', ''))).toBe(false)
    expect(endsChallenge(new ApiError(503, 'ServiceUnavailable', ''))).toBe(false)
    expect(endsChallenge(new ApiError(0, 'Unreachable', ''))).toBe(false)
    expect(endsChallenge(new ApiError(401, 'ChallengeEnded', ''))).toBe(true)
    expect(endsChallenge(new ApiError(400, 'InvalidRequest', ''))).toBe(true)
  })
  it('says how the last session ended', () => {
    const last = { idleTimeoutSeconds: 3600, expires: '2026-11-27T12:00:00Z' } as Session
    const before = Date.parse('2026-11-27T11:00:00Z')
    expect(endedText(undefined, before)).toBeUndefined()
    expect(endedText({ code: 'NotSignedIn' }, before)).toBeUndefined()
    expect(endedText({ code: 'SessionExpired', last }, before)).toMatch(/after 1 hour of inactivity/)
    expect(endedText({ code: 'SessionExpired', last: { ...last, idleTimeoutSeconds: 900 } }, before)).toMatch(
      /after 15 minutes of inactivity/,
    )
    expect(endedText({ code: 'SessionExpired', last }, before + 3600_000)).toMatch(/longest duration/)
    expect(endedText({ code: 'SessionExpired' }, before)).toMatch(/has ended/)
    expect(endedText({ code: 'NotSignedIn', last }, before)).toMatch(/signed out/)
  })
})
