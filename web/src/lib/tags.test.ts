import { describe, expect, it } from 'vitest'
import { changes, checkTags, fromTags, toTags, type TagDraft } from './tags'

const tag = (key: string, value = '', more: Partial<TagDraft> = {}): TagDraft => ({ key, value, existing: false, ...more })

describe('checkTags', () => {
  it('takes tags', () => expect(checkTags([tag('a'), tag('stage', 'prod 1/2'), tag('ü', 'ü')])).toBeUndefined())
  const bad: [string, TagDraft[], RegExp][] = [
    ['no key', [tag('')], /Enter a key/],
    ['a long key', [tag('x'.repeat(129))], /128/],
    ['a long value', [tag('a', 'x'.repeat(257))], /256/],
    ['aws:', [tag('AWS:x')], /reserved/],
    ['characters', [tag('a#b')], /characters/],
    ['two', [tag('a'), tag('a')], /twice/],
    ['51', Array.from({ length: 51 }, (_, i) => tag(`k${i}`)), /51 tags/],
  ]
  it.each(bad)('refuses %s', (_, tags, message) => expect(checkTags(tags)).toMatch(message))
  it('passes over those that go', () =>
    expect(checkTags([tag('a', '', { existing: true, markedForRemoval: true }), tag('a')])).toBeUndefined())
})

describe('changes', () => {
  it('sets what is new or another and removes what is gone', () => {
    const before = [{ Key: 'a', Value: '1' }, { Key: 'b' }, { Key: 'c', Value: '3' }]
    const after = [{ Key: 'a', Value: '1' }, { Key: 'c', Value: '4' }, { Key: 'd' }]
    expect(changes(before, after)).toEqual({ add: [{ Key: 'c', Value: '4' }, { Key: 'd' }], remove: [{ Key: 'b' }] })
  })
  it('is nothing for what comes back', () => {
    const tags = [{ Key: 'a', Value: '1' }, { Key: 'b' }]
    expect(changes(tags, toTags(fromTags(tags)))).toEqual({ add: [], remove: [] })
  })
})
