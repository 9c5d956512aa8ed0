// Column is a column of a result, with its type as Trino writes it.
export interface Column {
  name: string
  type: string
}

// Cell is a value of a result; null is SQL's NULL.
export type Cell = string | null

const numeric = /^(tinyint|smallint|integer|bigint|double|real|decimal)\b/

// isNumeric tells whether a type's values are numbers.
export const isNumeric = (type: string) => numeric.test(type)

// What a spreadsheet would take for a formula gets an apostrophe in front, as in the
// files that the server makes. Numbers may be negative.
function inert(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?$/.test(text) ? "'" + text : text
}

const quoteIf = (needs: RegExp) => (text: string) => (needs.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
const tsvField = quoteIf(/["\t\r\n]/)
const csvField = quoteIf(/[",\r\n]|^\s|\s$/)

function lines(columns: Column[], rows: Cell[][], field: (text: string) => string, separator: string, end: string): string {
  const all = [columns.map((c) => c.name), ...rows]
  return all.map((row) => row.map((cell) => field(inert(cell ?? ''))).join(separator) + end).join('')
}

// toTsv is rows as spreadsheets take them from the clipboard.
export function toTsv(columns: Column[], rows: Cell[][]): string {
  return lines(columns, rows, tsvField, '\t', '\n')
}

// toCsv is rows as RFC 4180 has them.
export function toCsv(columns: Column[], rows: Cell[][]): string {
  return lines(columns, rows, csvField, ',', '\r\n')
}

// toJson is rows as a list of objects. Columns of one name get numbers, so that none
// is lost; numbers that JavaScript would round stay texts.
export function toJson(columns: Column[], rows: Cell[][]): string {
  const names = uniqueNames(columns)
  const objects = rows.map((row) => Object.fromEntries(row.map((cell, i) => [names[i]!, typed(cell, columns[i]!.type)])))
  return JSON.stringify(objects, null, 2)
}

function uniqueNames(columns: Column[]): string[] {
  const taken = new Set<string>()
  return columns.map(({ name }) => {
    let unique = name
    for (let n = 2; taken.has(unique); n++) unique = `${name}_${n}`
    taken.add(unique)
    return unique
  })
}

function typed(cell: Cell, type: string): unknown {
  if (cell === null) return null
  if (type === 'boolean') return cell === 'true'
  const n = Number(cell)
  const exact = Number.isSafeInteger(n) || (/^(double|real)/.test(type) && Number.isFinite(n))
  return isNumeric(type) && cell !== '' && exact ? n : cell
}

// compareCells orders a page's rows by a column; NULL comes last, as in Trino.
export function compareCells(a: Cell, b: Cell, type: string): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  if (isNumeric(type)) return Number(a) - Number(b) || 0
  return a < b ? -1 : a > b ? 1 : 0
}

// isJson tells whether a text is a JSON object or list, which is worth laying out.
export function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const charWidth = 8

// widthOf is how wide a column of a result begins: as its content asks, within bounds.
export function widthOf(column: Column, at: number, rows: Cell[][]): number {
  const lengths = rows.slice(0, 50).map((row) => row[at]?.length ?? 0)
  const longest = Math.max(column.name.length + 3, column.type.length, ...lengths)
  return Math.min(340, Math.max(110, longest * charWidth + 44))
}
