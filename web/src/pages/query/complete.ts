import { fieldsAt, shortType, speltName, type Field, type SqlFunction } from './schema'
import { is, tokens, type Token } from './tokens'

// Offer is something that the editor can complete a word to.
export interface Offer {
  label: string
  kind: 'column' | 'function' | 'keyword' | 'store' | 'snippet'
  detail?: string
  info?: string
  // snippet is what is inserted instead of the label; ${…} are its places to fill in.
  snippet?: string
  insert?: string
  boost?: number
}

// Known is what can be offered.
export interface Known {
  keywords: string[]
  functions: SqlFunction[]
  columns: Field[]
  stores: { id: string; name: string }[]
}

// Offers are for the text from an offset on.
export interface Offers {
  from: number
  offers: Offer[]
}

// offersAt is what can stand at the end of a text. Without a word begun there it is
// only given when it is asked for, or behind FROM and JOIN, where only a store can be.
export function offersAt(before: string, known: Known, asked: boolean): Offers | undefined {
  const path = /(?:[A-Za-z_]\w*\.)*[A-Za-z_]?\w*$/.exec(before)![0]
  const from = before.length - (path.length - path.lastIndexOf('.') - 1)
  const all = tokens(before)
  const last = all.at(-1)
  if (last && (insideText(last, before) || (last.to === before.length && (last.kind === 'number' || last.kind === 'store'))))
    return undefined
  const names = path.split('.')
  const word = names.pop()!
  if (names.length > 0) {
    const fields = fieldsAt(known.columns, names)
    // The first name may be an alias of a table.
    const found = fields.length > 0 ? fields : fieldsAt(known.columns, names.slice(1))
    return { from, offers: found.map((f) => columnOffer(f)) }
  }
  const previous = all.filter((t) => t.to <= from && t.kind !== 'comment').at(-1)
  const table = is(previous, 'FROM', 'JOIN')
  if (!word && !asked && !(table && /\s$/.test(before))) return undefined
  const stores = known.stores.map((s) => storeOffer(s, table))
  if (table) return { from, offers: stores }
  return {
    from,
    offers: [...known.columns.flatMap(columnOffers), ...known.functions.map(functionOffer), ...known.keywords.map(keywordOffer), ...stores],
  }
}

// insideText tells whether a text ends inside a string, a quoted name or a comment.
function insideText(last: Token, before: string): boolean {
  if (last.to < before.length) return false
  if (last.kind === 'comment') return last.text.startsWith('--') || !last.text.endsWith('*/')
  return (last.kind === 'string' || last.kind === 'quoted') && (last.text.length < 2 || !/['"]$/.test(last.text))
}

function columnOffer(field: Field): Offer {
  return { label: speltName(field.name), kind: 'column', detail: shortType(field.type), info: field.description ?? field.type, boost: 2 }
}

// columnOffers are a column and, for a map, a value of it.
function columnOffers(field: Field): Offer[] {
  const column = columnOffer(field)
  if (!field.type.startsWith('map(')) return [column]
  const value: Offer = {
    label: `element_at(${column.label}, …)`,
    kind: 'snippet',
    detail: 'value of a key',
    boost: 1,
    info: 'The value of a key of the map, NULL if it has none.',
    snippet: `element_at(${column.label}, '\${key}')`,
  }
  return [column, value]
}

function functionOffer(f: SqlFunction): Offer {
  const empty = f.signatures.every((s) => s.includes('()'))
  return {
    label: f.name,
    kind: 'function',
    detail: signature(f.signatures[0] ?? ''),
    info: f.signatures.join('\n'),
    snippet: empty ? `${f.name}()` : `${f.name}(\${})`,
    boost: f.kind === 'aggregate' ? 1 : 0,
  }
}

// signature is what stands behind the name.
const signature = (text: string) => text.slice(Math.max(0, text.indexOf('('))) || undefined

const keywordOffer = (word: string): Offer => ({ label: word.toUpperCase(), kind: 'keyword' })

const storeOffer = (store: { id: string; name: string }, first: boolean): Offer => ({
  label: store.name,
  kind: 'store',
  detail: store.id.slice(0, 8) + '…',
  info: `Event data store ${store.id}`,
  insert: store.id,
  boost: first ? 3 : -1,
})
