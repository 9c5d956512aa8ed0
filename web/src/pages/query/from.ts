import { is, placeholder, tokens, type Token } from './tokens'

// Change replaces a part of a text.
export interface Change {
  from: number
  to: number
  insert: string
}

// apply makes changes, which are in order and do not overlap.
export function apply(text: string, changes: Change[]): string {
  let out = ''
  let at = 0
  for (const { from, to, insert } of changes) {
    out += text.slice(at, from) + insert
    at = to
  }
  return out + text.slice(at)
}

// storesOf are the ids of the event data stores that a statement names, in order.
export function storesOf(sql: string): string[] {
  const found = tokens(sql).flatMap((t) => (t.kind === 'store' ? [t.id!] : []))
  return [...new Set(found)]
}

// firstStatement is what an empty editor begins with.
export function firstStatement(id: string): string {
  return `SELECT eventTime, eventName, eventSource, userIdentity.arn AS who, sourceIPAddress, errorCode
FROM ${id}
WHERE eventTime > date_add('day', -7, current_timestamp)
ORDER BY eventTime DESC
LIMIT 100`
}

const clauses = ['WHERE', 'GROUP', 'HAVING', 'WINDOW', 'ORDER', 'OFFSET', 'LIMIT', 'FETCH', 'UNION', 'INTERSECT', 'EXCEPT']
const joins = ['JOIN', 'CROSS', 'INNER', 'LEFT', 'RIGHT', 'FULL', 'ON', 'USING']

// storeChanges are the changes that make a statement read an event data store. The
// store that its first FROM names is replaced wherever it is named, and so is the
// placeholder; others, in joins, stay. A FROM without a table gets the id, and a
// statement without a FROM gets both.
export function storeChanges(sql: string, id: string): Change[] {
  const all = tokens(sql).filter((t) => t.kind !== 'comment')
  if (all.length === 0) return [{ from: 0, to: sql.length, insert: (sql.trim() ? sql.trimEnd() + '\n' : '') + firstStatement(id) }]
  const old = firstStore(all)
  const named = all.filter((t) => t.kind === 'store' && (t.id === old || t.id === placeholder))
  if (named.length > 0) return named.map((t) => ({ from: t.from, to: t.to, insert: id }))
  if (all.some((t) => t.kind === 'store')) return []
  return unnamed(sql, all, id)
}

// firstStore is the store of the first FROM or JOIN that names one, else the first
// that is named at all.
function firstStore(all: Token[]): string | undefined {
  const behind = all.find((t, i) => t.kind === 'store' && is(all[i - 1], 'FROM', 'JOIN'))
  return (behind ?? all.find((t) => t.kind === 'store'))?.id
}

function unnamed(sql: string, all: Token[], id: string): Change[] {
  const queries = withNames(all)
  for (const [i, token] of all.entries()) {
    if (!is(token, 'FROM') || is(all[i - 1], 'DISTINCT')) continue
    const next = all[i + 1]
    if (!next || next.text === ';' || next.text === ')' || is(next, ...clauses, ...joins)) {
      return [{ from: token.to, to: token.to, insert: ' ' + id }]
    }
    const table = next.kind === 'word' || next.kind === 'quoted' || next.text === '<'
    if (inCall(all, i) || !table || all[i + 2]?.text === '(' || queries.has(next.text.toLowerCase())) continue
    // A name that a guide left to fill in: event-data-store-id, <eds-id>.
    const end = next.kind === 'quoted' ? next.to : next.from + /^[^\s,;()]+/.exec(sql.slice(next.from))![0].length
    return [{ from: next.from, to: end, insert: id }]
  }
  if (all.some((t) => is(t, 'FROM'))) return []
  let depth = 0
  for (const [i, token] of all.entries()) {
    if (token.text === '(') depth++
    if (token.text === ')') depth--
    if (depth === 0 && (token.text === ';' || is(token, ...clauses))) {
      const at = all[i - 1]?.to ?? token.from
      return [{ from: at, to: at, insert: `\nFROM ${id}${at === token.from ? '\n' : ''}` }]
    }
  }
  const end = all.at(-1)!.to
  return [{ from: end, to: end, insert: `\nFROM ${id}` }]
}

// withNames are the names of WITH queries.
function withNames(all: Token[]): Set<string> {
  const names = all.filter((t, i) => t.kind === 'word' && is(all[i + 1], 'AS') && all[i + 2]?.text === '(')
  return new Set(names.map((t) => t.text.toLowerCase()))
}

// inCall tells whether a FROM is a word of a function's: extract(year FROM t).
function inCall(all: Token[], at: number): boolean {
  let depth = 0
  for (let i = at; i >= 0; i--) {
    const { text } = all[i]!
    if (text === ')') depth++
    if (text === '(' && --depth < 0) return is(all[i - 1], 'EXTRACT', 'TRIM', 'SUBSTRING')
  }
  return false
}

// oneLine is a statement on one line, without its comments and with the names of
// stores for their ids, as lists show it.
export function oneLine(sql: string, stores: { id: string; name: string }[]): string {
  const names = new Map(stores.map((s) => [s.id, s.name]))
  const changes = tokens(sql).flatMap(({ kind, id, from, to }) => {
    if (kind === 'comment') return [{ from, to, insert: ' ' }]
    const name = kind === 'store' ? names.get(id!) : undefined
    return name === undefined ? [] : [{ from, to, insert: name }]
  })
  return apply(sql, changes).replace(/\s+/g, ' ').trim()
}
