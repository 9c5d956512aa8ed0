import { describe, expect, it } from 'vitest'
import { known } from './pages'

describe('known', () => {
  it('adds the token of the last page only', () => {
    expect(known([undefined], 1, 'a')).toEqual([undefined, 'a'])
    expect(known([undefined, 'a'], 1, 'a')).toEqual([undefined, 'a'])
    expect(known([undefined, 'a'], 2, 'b')).toEqual([undefined, 'a', 'b'])
    expect(known([undefined, 'a'], 2, undefined)).toEqual([undefined, 'a'])
  })
})
