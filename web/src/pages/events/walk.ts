// A walk goes through the pages of one lookup. The server gives each page a token of
// the next one, so a page is known once the one before it was seen.
export interface Walk {
  // of names the lookup that the tokens belong to.
  of: string
  // began is when the walk began, in milliseconds since 1970: relative ranges are
  // counted from it, or later pages would not fit the first.
  began: number
  // tokens[n] is the token of page n + 1; the first page has none.
  tokens: (string | null)[]
  // ended tells that the last known page is the last there is.
  ended: boolean
}

export const beginWalk = (of: string, now: number): Walk => ({ of, began: now, tokens: [null], ended: false })

// knows tells whether a page can be asked for.
export const knows = (walk: Walk, page: number) => page >= 1 && page <= walk.tokens.length

// tokenOf is what the page is asked for with.
export const tokenOf = (walk: Walk, page: number) => walk.tokens[page - 1] ?? undefined

// learn takes what the answer of a page says about the next one.
export function learn(walk: Walk, page: number, next: string | undefined): Walk {
  if (page > walk.tokens.length) return walk
  if (page < walk.tokens.length) {
    // A page that was seen before: what is known behind it stays as long as it fits.
    if (next === walk.tokens[page]) return walk
    return { ...walk, tokens: next ? [...walk.tokens.slice(0, page), next] : walk.tokens.slice(0, page), ended: !next }
  }
  return next ? { ...walk, tokens: [...walk.tokens, next], ended: false } : walk.ended ? walk : { ...walk, ended: true }
}

const place = 'cairn.events.walk'

// keepWalk keeps a walk for this tab, so that who comes back, or loads the page again,
// is on the page where they were.
export function keepWalk(walk: Walk): void {
  try {
    sessionStorage.setItem(place, JSON.stringify(walk))
  } catch {
    // a browser that keeps nothing starts at the first page
  }
}

// keptWalk is the walk of a lookup that this tab kept.
export function keptWalk(of: string): Walk | undefined {
  try {
    const walk = JSON.parse(sessionStorage.getItem(place) ?? 'null') as Walk | null
    if (walk?.of === of && Array.isArray(walk.tokens) && walk.tokens[0] === null && typeof walk.began === 'number') return walk
  } catch {
    // what cannot be read was not kept
  }
  return undefined
}
