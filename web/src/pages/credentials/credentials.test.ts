import { describe, expect, it } from 'vitest'
import { browserOf } from './browser'
import { codesProblem, groups, nameProblem } from './mfa-rules'
import { rulesOf } from './password-rules'

describe('rules of passwords', () => {
  const kept = (password: string) => rulesOf(password, 'Alice-of-Wonder', '111122223333').map((rule) => rule.kept)
  it('bound the length, in characters', () => {
    expect(kept('short')).toEqual([false, true, true])
    expect(kept('abcdefabcdef')).toEqual([true, true, true])
    expect(kept('😀'.repeat(11))[0]).toBe(false)
    expect(kept('abcdef'.repeat(22))[0]).toBe(false)
  })
  it('refuse what repeats itself', () => {
    expect(kept('abcdabcdabcd')).toEqual([true, false, true])
  })
  it('refuse names that anybody knows', () => {
    expect(kept('x-alice-OF-wonder-x')).toEqual([true, true, false])
    expect(kept('my111122223333')).toEqual([true, true, false])
    expect(kept('')).toEqual([false, false, false])
    expect(rulesOf('a bob is a name', 'bob', '111122223333').every((rule) => rule.kept)).toBe(true)
  })
})

describe('a new MFA device', () => {
  it('has a name that is not taken', () => {
    expect(nameProblem(' phone ', [])).toBe('')
    for (const name of ['', '  ', 'my phone', 'a/b', 'x'.repeat(65)]) expect(nameProblem(name, []), name).not.toBe('')
    expect(nameProblem('phone', ['phone'])).toMatch(/another/)
  })
  it('proves itself with two codes that differ', () => {
    expect(codesProblem('123 456', ' 654321 ')).toBe('')
    expect(codesProblem('123456', '123456')).toMatch(/same/)
    for (const code of ['', '12345', '1234567', 'abcdef']) expect(codesProblem('123456', code)).toMatch(/6 digits/)
  })
  it('shows its secret in fours', () => {
    expect(groups('ABCDEFGHIJ')).toBe('ABCD EFGH IJ')
  })
})

describe('browsers', () => {
  it('are named as people call them', () => {
    const mozilla = 'Mozilla/5.0 (X11; Linux x86_64'
    expect(browserOf(`${mozilla}; rv:128.0) Gecko/20100101 Firefox/128.0`)).toBe('Firefox 128 on Linux')
    expect(browserOf(`${mozilla}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36`)).toBe('Chrome 140 on Linux')
    expect(browserOf('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0')).toBe(
      'Edge 140 on Windows',
    )
    expect(
      browserOf('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15'),
    ).toBe('Safari 18 on macOS')
  })
  it('stay what they say if nobody knows them', () => {
    expect(browserOf('curl/8\u001b[31m')).toBe('curl/8\\u001b[31m')
    expect(browserOf('')).toBe('-')
  })
})
