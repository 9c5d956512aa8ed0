import type { Tag } from '~/api/operations.gen'

// TagDraft is a tag while somebody edits it; existing ones are marked to be removed.
export interface TagDraft {
  key: string
  value: string
  existing: boolean
  markedForRemoval?: boolean
}

// maxTags is how many tags a resource has.
export const maxTags = 50

const text = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

// fromTags makes drafts of what a resource has.
export const fromTags = (tags: readonly Tag[]): TagDraft[] =>
  tags.map(({ Key, Value }) => ({ key: Key, value: Value ?? '', existing: true }))

// toTags are the tags that the drafts say.
export const toTags = (drafts: readonly TagDraft[]): Tag[] =>
  drafts.filter((t) => !t.markedForRemoval).map(({ key, value }) => (value ? { Key: key, Value: value } : { Key: key }))

// checkTags says what the server would refuse.
export function checkTags(drafts: readonly TagDraft[]): string | undefined {
  const kept = drafts.filter((t) => !t.markedForRemoval)
  if (kept.length > maxTags) return `There are ${kept.length} tags, and ${maxTags} are allowed.`
  const keys = new Set<string>()
  for (const { key, value } of kept) {
    if (key === '') return 'Enter a key for each tag.'
    if ([...key].length > 128) return `The key ${key.slice(0, 20)}… has more than 128 characters.`
    if ([...value].length > 256) return `The value of ${key} has more than 256 characters.`
    if (/^aws:/i.test(key)) return `The key ${key} begins with aws:, which is reserved.`
    if (!text.test(key) || !text.test(value))
      return `The tag ${key} has characters that tags cannot have. Use letters, numbers, spaces, and _ . : / = + - @`
    if (keys.has(key)) return `The key ${key} is there twice.`
    keys.add(key)
  }
  return undefined
}

// changes are what to add (or set) and what to remove, to get from before to after.
export function changes(before: readonly Tag[], after: readonly Tag[]): { add: Tag[]; remove: Tag[] } {
  const old = new Map(before.map((t) => [t.Key, t.Value ?? '']))
  const kept = new Set(after.map((t) => t.Key))
  return {
    add: after.filter((t) => old.get(t.Key) !== (t.Value ?? '')),
    remove: before.filter((t) => !kept.has(t.Key)).map((t) => ({ Key: t.Key })),
  }
}
