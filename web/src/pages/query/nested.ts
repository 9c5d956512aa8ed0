import { fieldsOf } from './schema'

// Trino writes rows as {name=value, …}, maps as {key=value, …} and arrays as [a, …],
// and quotes nothing, so texts cannot always be told apart. What is made here is for
// reading only; beside it stands the text itself.

type Value = string | null | Value[] | { [key: string]: Value } | unknown

// layOut makes of a nested value what JSON can show, or nothing if the text is not
// what its type says.
export function layOut(text: string, type: string): Value | undefined {
  if (/^(row|map|array)\(/.test(type)) return nested(text, type)
  return undefined
}

function nested(text: string, type: string): Value | undefined {
  if (text === 'null') return null
  if (type.startsWith('row(')) return row(text, type)
  if (type.startsWith('map(')) return map(text, type)
  if (type.startsWith('array(')) return list(text, type)
  if (!/^\s*[[{]/.test(text)) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

const inside = (text: string, open: string, close: string) =>
  text.startsWith(open) && text.endsWith(close) ? text.slice(1, -1) : undefined

function row(text: string, type: string): Value | undefined {
  const body = inside(text, '{', '}')
  return body === undefined ? undefined : fieldsFrom(body, fieldsOf(type), 0)
}

// fieldsFrom reads the fields of a row from one on. A field's value ends where the
// next one's name stands; if that is in the value by chance, a later place is tried.
function fieldsFrom(body: string, fields: { name: string; type: string }[], at: number): Record<string, Value> | undefined {
  const field = fields[at]
  if (!field) return undefined
  if (!body.startsWith(field.name + '=')) return undefined
  const rest = body.slice(field.name.length + 1)
  const next = fields[at + 1]
  if (!next) {
    const value = nested(rest, field.type)
    return value === undefined ? undefined : { [field.name]: value }
  }
  const separator = `, ${next.name}=`
  for (let end = rest.indexOf(separator), tries = 0; end >= 0 && tries < 8; end = rest.indexOf(separator, end + 1), tries++) {
    const value = nested(rest.slice(0, end), field.type)
    const others = value === undefined ? undefined : fieldsFrom(rest.slice(end + 2), fields, at + 1)
    if (others) return { [field.name]: value, ...others }
  }
  return undefined
}

function map(text: string, type: string): Value | undefined {
  const body = inside(text, '{', '}')
  if (body === undefined) return undefined
  const valueType = /^map\([^,]+, ([\s\S]+)\)$/.exec(type)?.[1] ?? 'varchar'
  const out: Record<string, Value> = {}
  for (const part of parts(body, /^[^=,{}[\]"\s]+=/)) {
    const end = part.indexOf('=')
    if (end < 0) return undefined
    const value = nested(part.slice(end + 1), valueType)
    out[part.slice(0, end)] = value === undefined ? part.slice(end + 1) : value
  }
  return out
}

function list(text: string, type: string): Value | undefined {
  const body = inside(text, '[', ']')
  if (body === undefined) return undefined
  const item = type.slice('array('.length, -1)
  const all = parts(body, /^/).map((part) => nested(part, item))
  return all.includes(undefined) ? undefined : all
}

// parts cuts a text at the commas outside of braces, brackets and JSON's strings,
// where what follows begins as a part does.
function parts(body: string, begins: RegExp): string[] {
  if (body === '') return []
  const out: string[] = []
  let depth = 0
  let quoted = false
  let from = 0
  for (let i = 0; i < body.length; i++) {
    const c = body[i]!
    // Quotes count inside of JSON only: a plain text may have a single one.
    if (quoted) {
      if (c === '\\') i++
      else if (c === '"') quoted = false
    } else if (c === '"' && depth > 0) quoted = true
    else if (c === '{' || c === '[') depth++
    else if ((c === '}' || c === ']') && depth > 0) depth--
    else if (c === ',' && body[i + 1] === ' ' && depth === 0 && begins.test(body.slice(i + 2, i + 300))) {
      out.push(body.slice(from, i))
      from = i + 2
    }
  }
  return [...out, body.slice(from)]
}
