import { count } from '~/lib/text'
import { isNumeric, type Cell, type Column } from './cells'

// Kind is how a chart shows a result.
export type Kind = 'line' | 'bar' | 'pie'

// Role is what a column can be in a chart.
export type Role = 'time' | 'number' | 'category' | 'none'

// Chart is which columns a chart shows. y is absent when rows are counted, split when
// there is one series.
export interface Chart {
  kind: Kind
  x: number
  y?: number
  split?: number
}

// Series is a line of a chart, or one of its sets of bars.
export interface Series<X> {
  title: string
  data: { x: X; y: number }[]
}

// mostRows is how many rows of a result a chart is made of.
export const mostRows = 1000
// mostCategories is how many bars or slices there are before the rest is summed up.
export const mostCategories = 20
const mostSlices = 6
const mostSeries = 6
const mostPoints = 150

// other names what the largest categories leave, none the category of NULL.
export const other = 'Other'
export const none = '(no value)'

// roleOf is what a column can be, by its type.
export function roleOf(type: string): Role {
  if (/^(timestamp|date)\b/.test(type)) return 'time'
  if (isNumeric(type)) return 'number'
  if (/^(varchar|char|boolean|uuid|ipaddress|json|interval)\b/.test(type)) return 'category'
  return 'none'
}

const distinct = (rows: Cell[][], at: number) => new Set(rows.map((row) => row[at])).size

// chooseChart chooses a chart for a result: a line for figures over time, a pie for a
// few parts of a whole, bars for what is counted by category. A result without a
// number counts its rows. Nothing is returned when nothing can be shown.
export function chooseChart(columns: Column[], rows: Cell[][]): Chart | undefined {
  const of = (role: Role) => columns.flatMap((c, i) => (roleOf(c.type) === role ? [i] : []))
  const times = of('time').filter((i) => distinct(rows, i) > 1)
  const numbers = of('number')
  const categories = of('category')
  const y = numbers.at(-1)
  if (times.length > 0) {
    const split = categories.find((i) => distinct(rows, i) > 1 && distinct(rows, i) <= mostSeries)
    return { kind: 'line', x: times[0]!, y, split: y === undefined ? undefined : split }
  }
  // The category that says most without being different in every row.
  const telling = y === undefined ? categories.filter((i) => distinct(rows, i) < rows.length) : categories
  const x = telling.find((i) => distinct(rows, i) > 1) ?? telling[0] ?? categories[0]
  if (x !== undefined) {
    const parts = distinct(rows, x)
    const whole = y === undefined || rows.every((row) => Number(row[y] ?? 0) >= 0)
    return { kind: parts > 1 && parts <= mostSlices && whole ? 'pie' : 'bar', x, y }
  }
  if (numbers.length > 1) return { kind: 'bar', x: numbers[0]!, y: numbers.at(-1) }
  return undefined
}

// value is what a row adds: a number of it, or one for itself.
const value = (row: Cell[], y: number | undefined) => (y === undefined ? 1 : row[y] === null ? 0 : Number(row[y]) || 0)

const named = (cell: Cell | undefined) => (cell === null || cell === undefined || cell === '' ? none : cell)

// timeOf reads a date or timestamp as Trino writes it; without a zone it is UTC.
export function timeOf(text: Cell | undefined): number {
  const found = /^(-?\d{4,}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(.*)$/.exec(text ?? '')
  if (!found) return NaN
  const [, day, time, zone] = found
  const at = Date.parse(`${day}T${time ?? '00:00'}${/^[+-]\d\d:\d\d$/.test(zone!) ? zone : 'Z'}`)
  return zone && !/^(UTC|Z|[+-]\d\d:\d\d)$/.test(zone) ? NaN : at
}

// bars sums a number by category, the largest first, and what is behind the first
// ones as one more. Categories that are numbers stay in their order.
export function bars(columns: Column[], rows: Cell[][], chart: Chart, most = mostCategories): { x: string; y: number }[] {
  const sums = new Map<string, number>()
  for (const row of rows) {
    const x = named(row[chart.x])
    sums.set(x, (sums.get(x) ?? 0) + value(row, chart.y))
  }
  const all = [...sums].map(([x, y]) => ({ x, y })).sort((a, b) => b.y - a.y)
  const shown = all.slice(0, most)
  if (roleOf(columns[chart.x]!.type) === 'number') shown.sort((a, b) => Number(a.x) - Number(b.x))
  if (all.length > most) shown.push({ x: `${other} (${count(all.length - most)})`, y: all.slice(most).reduce((sum, b) => sum + b.y, 0) })
  return shown
}

const steps = [1, 5, 15, 60, 300, 900, 3600, 3 * 3600, 6 * 3600, 86400, 7 * 86400, 30 * 86400].map((s) => s * 1000)

// stepOf is the width of the intervals that rows are summed in, so that a line has not
// more points than can be told apart; 0 if each time can stand for itself.
export function stepOf(times: number[], counted: boolean): number {
  if (times.length === 0) return 0
  const sorted = [...new Set(times)].sort((a, b) => a - b)
  if (!counted && sorted.length <= mostPoints) return 0
  const span = sorted.at(-1)! - sorted[0]!
  return steps.find((step) => span / step <= (counted ? 60 : mostPoints)) ?? steps.at(-1)!
}

// points sums a number over time, for each value of the split column. Where rows are
// counted, an interval without any is a zero and no gap.
export function points(rows: Cell[][], chart: Chart): Series<Date>[] {
  const dated = rows.map((row) => ({ row, at: timeOf(row[chart.x]) })).filter(({ at }) => !Number.isNaN(at))
  const counted = chart.y === undefined
  const step = stepOf(
    dated.map(({ at }) => at),
    counted,
  )
  const totals = new Map<string, number>()
  const sums = new Map<string, Map<number, number>>()
  const title = (row: Cell[]) => (chart.split === undefined ? '' : named(row[chart.split]))
  for (const { row } of dated) totals.set(title(row), (totals.get(title(row)) ?? 0) + value(row, chart.y))
  const largest = new Set(
    [...totals]
      .sort((a, b) => b[1] - a[1])
      .slice(0, mostSeries)
      .map(([name]) => name),
  )
  for (const { row, at } of dated) {
    const name = largest.has(title(row)) ? title(row) : other
    const x = step ? Math.floor(at / step) * step : at
    const series = sums.get(name) ?? new Map<number, number>()
    series.set(x, (series.get(x) ?? 0) + value(row, chart.y))
    sums.set(name, series)
  }
  if (counted && step) for (const series of sums.values()) fill(series, step, sums)
  return [...sums].map(([name, series]) => ({
    title: name,
    data: [...series].sort((a, b) => a[0] - b[0]).map(([x, y]) => ({ x: new Date(x), y })),
  }))
}

function fill(series: Map<number, number>, step: number, all: Map<string, Map<number, number>>): void {
  const xs = [...all.values()].flatMap((s) => [...s.keys()])
  for (let x = Math.min(...xs); x <= Math.max(...xs); x += step) if (!series.has(x)) series.set(x, 0)
}

// axes are the columns that can be chosen for a kind of chart.
export function axes(columns: Column[], kind: Kind): { x: number[]; y: number[]; split: number[] } {
  const of = (...roles: Role[]) => columns.flatMap((c, i) => (roles.includes(roleOf(c.type)) ? [i] : []))
  return {
    x: kind === 'line' ? of('time') : of('category', 'time', 'number'),
    y: of('number'),
    split: kind === 'line' ? of('category') : [],
  }
}

// fitChart makes a chart of another kind of the same columns as far as that goes.
export function fitChart(columns: Column[], chart: Chart, kind: Kind): Chart | undefined {
  const { x, y, split } = axes(columns, kind)
  const axis = x.includes(chart.x) ? chart.x : x[0]
  if (axis === undefined) return undefined
  return {
    kind,
    x: axis,
    y: chart.y !== undefined && y.includes(chart.y) ? chart.y : undefined,
    split: chart.split !== undefined && split.includes(chart.split) ? chart.split : undefined,
  }
}
