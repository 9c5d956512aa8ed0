// Token is a word of a statement. A store is an event data store's id, however it is
// written: bare, quoted, as an ARN, or as the placeholder $EDS_ID.
export interface Token {
  kind: 'word' | 'string' | 'quoted' | 'comment' | 'store' | 'number' | 'symbol'
  text: string
  from: number
  to: number
  // id is the event data store's id, $EDS_ID for the placeholder.
  id?: string
}

// placeholder stands for the id of an event data store in sample queries.
export const placeholder = '$EDS_ID'

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const quotedStore = new RegExp(`^(?:arn:[^"]*:eventdatastore/)?(${uuid})$`, 'i')

// The order matters: a comment before the minus, an id before a number.
const lexemes: [Token['kind'], RegExp][] = [
  ['comment', /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y],
  ['string', /'(?:[^']|'')*(?:'|$)/y],
  ['quoted', /"(?:[^"]|"")*(?:"|$)/y],
  ['store', new RegExp(`${uuid}(?![0-9a-z_-])|\\$EDS_ID\\b`, 'iy')],
  ['number', /\d[\w.]*|\.\d[\w]*/y],
  ['word', /[\p{L}_][\p{L}\p{N}_@]*/uy],
  ['symbol', /<=|>=|<>|!=|\|\||->|=>|[\s\S]/y],
]

// tokens reads a statement, without its spaces. It never fails: what is no SQL comes
// as symbols, and a quote that does not end, ends with the text.
export function tokens(sql: string): Token[] {
  const out: Token[] = []
  let at = 0
  while (at < sql.length) {
    if (/\s/.test(sql[at]!)) {
      at++
      continue
    }
    for (const [kind, pattern] of lexemes) {
      pattern.lastIndex = at
      const text = pattern.exec(sql)?.[0]
      if (!text) continue
      out.push(token(kind, text, at))
      at += text.length
      break
    }
  }
  return out
}

function token(kind: Token['kind'], text: string, from: number): Token {
  const made: Token = { kind, text, from, to: from + text.length }
  if (kind === 'store') made.id = text.startsWith('$') ? placeholder : text.toLowerCase()
  const inside = kind === 'quoted' ? quotedStore.exec(text.slice(1, -1)) : null
  if (inside) {
    made.kind = 'store'
    made.id = inside[1]!.toLowerCase()
  }
  return made
}

// is tells whether a token is one of these words, in any case.
export function is(token: Token | undefined, ...words: string[]): boolean {
  return token?.kind === 'word' && words.includes(token.text.toUpperCase())
}
