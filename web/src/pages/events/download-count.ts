const quote = 0x22
const newline = 0x0a
const backslash = 0x5c
const openBrace = 0x7b
const openBracket = 0x5b
const closeBrace = 0x7d
const closeBracket = 0x5d

// Counter counts the events of a file while it comes, piece by piece.
export interface Counter {
  add: (bytes: Uint8Array) => void
  events: () => number
}

// csvCounter counts the lines of a CSV file behind its head. A newline inside quotes
// is part of a cell.
export function csvCounter(): Counter {
  let quoted = false
  let lines = 0
  return {
    add: (bytes) => {
      for (let n = 0; n < bytes.length; n++) {
        const byte = bytes[n]!
        if (byte === quote) quoted = !quoted
        else if (byte === newline && !quoted) lines++
      }
    },
    events: () => Math.max(0, lines - 1),
  }
}

// jsonCounter counts the objects in the list of {"Records":[…]}.
export function jsonCounter(): Counter {
  let inString = false
  let escaped = false
  let depth = 0
  let records = 0
  return {
    add: (bytes) => {
      for (let n = 0; n < bytes.length; n++) {
        const byte = bytes[n]!
        if (inString) {
          if (escaped) escaped = false
          else if (byte === backslash) escaped = true
          else if (byte === quote) inString = false
        } else if (byte === quote) inString = true
        else if (byte === openBrace || byte === openBracket) depth++
        else if (byte === closeBracket) depth--
        else if (byte === closeBrace && --depth === 2) records++
      }
    },
    events: () => records,
  }
}
