// Characters that change how the text around them looks: controls, ANSI's escape,
// bidirectional overrides, zero-width characters. Events come from anywhere, so
// their texts are shown with these spelt out.
const deceptive = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g

const escaped = (c: string) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')

// visible spells out what a text would hide.
export function visible(text: string): string {
  return text.replace(deceptive, escaped)
}

// clip bounds a text for a cell of a table, on a character and not inside one.
export function clip(text: string, most = 500): string {
  if (text.length <= most) return text
  const end = text.charCodeAt(most - 1) >= 0xd800 && text.charCodeAt(most - 1) < 0xdc00 ? most - 1 : most
  return text.slice(0, end) + '…'
}

// shown is a text of an event as a table shows it.
export function shown(text: string | undefined | null, most = 500): string {
  return text ? visible(clip(text, most)) : '-'
}

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

// bytes is a size for people: 1.5 MB.
export function bytes(n: number | undefined): string {
  if (n === undefined) return '-'
  let unit = 0
  while (n >= 1000 && unit < units.length - 1) {
    n /= 1000
    unit++
  }
  return `${unit === 0 ? n : n < 10 ? n.toFixed(1) : n.toFixed(0)} ${units[unit]}`
}

const counts = new Intl.NumberFormat('en-US')

// count is a number with separators: 1,234,567.
export function count(n: number | undefined): string {
  return n === undefined ? '-' : counts.format(n)
}

// plural is a number and its noun: 1 event, 2 events.
export function plural(n: number, one: string, many = one + 's'): string {
  return `${count(n)} ${n === 1 ? one : many}`
}

// download hands a text to the browser as a file.
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

// digitsOf is a code without the spaces that apps show in it.
export const digitsOf = (code: string) => code.replace(/\s/g, '')
