import { useState } from 'react'

// TokenPages is the way through a list whose end is not known: each page answers
// with the token of the next one.
export interface TokenPages {
  // token is that of the page that is shown; absent for the first.
  token: string | undefined
  page: number
  // count is how many pages are known, with the token that the shown page gave.
  count: (next: string | undefined) => number
  goTo: (page: number, next: string | undefined) => void
}

type Tokens = (string | undefined)[]

// known adds the token that the shown page gave to those of the pages before.
export const known = (tokens: Tokens, page: number, next: string | undefined): Tokens =>
  next !== undefined && page === tokens.length ? [...tokens, next] : tokens

// useTokenPages keeps the way through the pages of one list; another key begins anew.
export function useTokenPages(key: string): TokenPages {
  const [held, setHeld] = useState<{ key: string; page: number; tokens: Tokens }>({ key, page: 1, tokens: [undefined] })
  const now = held.key === key ? held : { key, page: 1, tokens: [undefined] }
  return {
    token: now.tokens[now.page - 1],
    page: now.page,
    count: (next) => known(now.tokens, now.page, next).length,
    goTo: (page, next) => {
      const tokens = known(now.tokens, now.page, next)
      if (page >= 1 && page <= tokens.length) setHeld({ key, page, tokens })
    },
  }
}
