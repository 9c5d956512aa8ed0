import { useState } from 'react'

// TokenPages turns the pages of a list whose end is not known: each page has the
// token of the next.
export interface TokenPages {
  // token is that of the page that is shown; absent for the first.
  token: string | undefined
  page: number
  count: number
  goTo: (page: number) => void
}

// useTokenPages keeps the way through the pages of one list; another key begins
// anew. next is the token that the shown page answered with.
export function useTokenPages(key: string, next: string | undefined): TokenPages {
  const [held, setHeld] = useState<{ key: string; page: number; tokens: (string | undefined)[] }>({ key, page: 1, tokens: [undefined] })
  const now = held.key === key ? held : { key, page: 1, tokens: [undefined] }
  const known = next !== undefined && now.page === now.tokens.length ? [...now.tokens, next] : now.tokens
  return {
    token: now.tokens[now.page - 1],
    page: now.page,
    count: known.length,
    goTo: (page) => page >= 1 && page <= known.length && setHeld({ key, page, tokens: known }),
  }
}
