// Place is what is wrong with a statement, and where: line and column from 1, in
// characters.
export interface Place {
  line: number
  column: number
  message: string
}

const place = /^(?:.*?\s)?line (\d+):(\d+): ([\s\S]*)$/

// placeOf reads the place out of the server's message, if it names one.
export function placeOf(message: string): Place | undefined {
  const found = place.exec(message)
  return found ? { line: Number(found[1]), column: Number(found[2]), message: found[3]! } : undefined
}

// rangeOf is the word at a place of a text, as offsets; an empty range becomes the
// character before it, so that there is something to mark.
export function rangeOf(text: string, { line, column }: Pick<Place, 'line' | 'column'>): { from: number; to: number } {
  const lines = text.split('\n')
  const row = Math.min(line, lines.length)
  const start = lines.slice(0, row - 1).reduce((sum, l) => sum + l.length + 1, 0)
  const content = lines[row - 1]!
  // Columns count characters, offsets UTF-16 units.
  const before = row < line ? content : [...content].slice(0, column - 1).join('')
  const from = start + before.length
  const word = /^(?:'(?:[^'\n]|'')*'?|"[^"\n]*"?|[\p{L}\p{N}_$@-]+|\S)/u.exec(text.slice(from))?.[0] ?? ''
  if (word) return { from, to: from + word.length }
  return { from: Math.max(0, from - 1), to: Math.max(from, Math.min(1, text.length)) }
}

// moved is a place in a part of a text, as a place in the whole: the part began at an offset.
export function moved(at: Place, whole: string, offset: number): Place {
  const before = whole.slice(0, offset)
  const lines = before.split('\n')
  const column = at.line === 1 ? at.column + [...lines.at(-1)!].length : at.column
  return { ...at, line: at.line + lines.length - 1, column }
}
