// Line is one row of a comparison: a field, and its value in each record.
export interface Line {
  path: string
  // values are texts as JSON has them; undefined where a record lacks the field.
  values: (string | undefined)[]
  differs: boolean
}

// mostFields bounds how many fields of a record are compared: a record of 1 MB could
// have a hundred thousand.
export const mostFields = 5000

// flatten lists the fields of a record by their paths: userIdentity.arn,
// resources[0].type. Empty objects and lists are values, so that they can be told
// from what is absent.
export function flatten(value: unknown, most = mostFields): Map<string, string> {
  const out = new Map<string, string>()
  const visit = (node: unknown, path: string) => {
    if (out.size >= most) return
    if (node !== null && typeof node === 'object') {
      const inside = Array.isArray(node)
        ? node.map((each, n): [string, unknown] => [`${path}[${n}]`, each])
        : Object.entries(node).map(([name, each]): [string, unknown] => [path ? `${path}.${name}` : name, each])
      if (inside.length > 0) {
        for (const [at, each] of inside) visit(each, at)
        return
      }
    }
    if (path) out.set(path, typeof node === 'string' ? node : JSON.stringify(node))
  }
  visit(value, '')
  return out
}

// compare sets records side by side, field by field, in the order of the first record
// that has each; a field that only a later one has comes behind its neighbour there.
export function compare(records: unknown[], most = mostFields): Line[] {
  const flat = records.map((record) => flatten(record, most))
  return mergeKeys(flat.map((fields) => [...fields.keys()])).map((path) => {
    const values = flat.map((fields) => fields.get(path))
    return { path, values, differs: values.some((value) => value !== values[0]) }
  })
}

function mergeKeys(lists: string[][]): string[] {
  const known = new Set<string>()
  // behind[path] are the new paths to put behind it; '' is the beginning.
  let merged: string[] = []
  for (const list of lists) {
    const behind = new Map<string, string[]>()
    let last = ''
    for (const path of list) {
      if (known.has(path)) last = path
      else behind.set(last, [...(behind.get(last) ?? []), path])
    }
    if (behind.size === 0) continue
    merged = [...(behind.get('') ?? []), ...merged.flatMap((path) => [path, ...(behind.get(path) ?? [])])]
    for (const path of list) known.add(path)
  }
  return merged
}
