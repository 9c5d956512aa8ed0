import { beforeEach, describe, expect, it } from 'vitest'
import { beginWalk, keepWalk, keptWalk, knows, learn, tokenOf } from './walk'

const start = beginWalk('lookup', 1000)

describe('a walk through pages', () => {
  it('knows the first page, then one more with each token', () => {
    expect([knows(start, 0), knows(start, 1), knows(start, 2)]).toEqual([false, true, false])
    const two = learn(start, 1, 'b')
    const three = learn(two, 2, 'c')
    expect([tokenOf(three, 1), tokenOf(three, 2), tokenOf(three, 3), tokenOf(three, 4)]).toEqual([undefined, 'b', 'c', undefined])
    expect(three.ended).toBe(false)
    expect(learn(three, 3, undefined)).toMatchObject({ tokens: [null, 'b', 'c'], ended: true })
  })
  it('changes nothing when a page is seen again', () => {
    const three = learn(learn(start, 1, 'b'), 2, 'c')
    expect(learn(three, 1, 'b')).toBe(three)
    const ended = learn(three, 3, undefined)
    expect(learn(ended, 3, undefined)).toBe(ended)
  })
  it('forgets the pages behind one that leads elsewhere now', () => {
    const three = learn(learn(start, 1, 'b'), 2, 'c')
    expect(learn(three, 1, 'other')).toMatchObject({ tokens: [null, 'other'], ended: false })
    expect(learn(three, 1, undefined)).toMatchObject({ tokens: [null], ended: true })
  })
  it('learns that more came behind its end', () => {
    expect(learn(learn(start, 1, undefined), 1, 'b')).toMatchObject({ tokens: [null, 'b'], ended: false })
  })
  it('does not learn from a page that it does not know', () => {
    expect(learn(start, 3, 'x')).toBe(start)
  })
})

describe('a kept walk', () => {
  beforeEach(() => sessionStorage.clear())
  it('is there for the same lookup only', () => {
    const walk = learn(start, 1, 'b')
    keepWalk(walk)
    expect(keptWalk('lookup')).toEqual(walk)
    expect(keptWalk('another')).toBeUndefined()
  })
  it('is none if it cannot be read', () => {
    for (const text of ['', '{', 'null', '{"of":"lookup"}', '{"of":"lookup","tokens":["x"],"began":1}']) {
      sessionStorage.setItem('cairn.events.walk', text)
      expect(keptWalk('lookup')).toBeUndefined()
    }
  })
})
