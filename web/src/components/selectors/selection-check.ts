import { check, countValues, type Problems } from './draft'
import { maxValues } from './rules'
import { basicTypes, managementSelectors, toAdvanced, type Selection } from './selection'

// What the server would refuse about a selection.

// SelectionProblems are the problems of the parts: those of a selector under its
// key, those of the whole under "management", "data" and "all".
export interface SelectionProblems {
  drafts: Map<number, Problems>
  management?: string
  data?: string
  all?: string
}

// checkSelection says what the server would refuse.
export function checkSelection(s: Selection, withoutARN: readonly string[] = []): SelectionProblems {
  const out: SelectionProblems = { drafts: new Map() }
  const m = s.management
  if (m.on && m.mode === 'simple' && !m.read && !m.write) out.management = 'Choose Read, Write, or both.'
  if (m.on && m.mode === 'advanced' && m.selectors.length === 0) out.management = 'Add a selector, or choose simple event collection.'
  const drafts = [...(m.on && m.mode === 'advanced' ? m.selectors : []), ...(s.basic ? [] : [...s.data, ...s.network])]
  for (const draft of drafts) {
    const found = check(draft, withoutARN)
    if (Object.keys(found).length) out.drafts.set(draft.key, found)
  }
  if (s.basic) checkBasic(s, out)
  else {
    const n = countValues(toAdvanced(s))
    if (n > maxValues)
      out.all = `The selectors have ${n} values in total, and ${maxValues} are allowed. Remove some, or match several with one "starts with" or "ends with".`
  }
  if (s.unread) out.all = `The text in the JSON view cannot be read. ${s.unread.error} Correct it, or change the form, which replaces it.`
  if (!m.on && !s.data.length && !s.basicData.length && !s.network.length) out.all = 'Choose at least one type of events.'
  return out
}

function checkBasic(s: Selection, out: SelectionProblems): void {
  for (const d of s.basicData) {
    const type = basicTypes.find((t) => t.type === d.type)
    if (!d.all.read && !d.all.write && d.rows.length === 0) out.data = `Choose events of ${type?.label ?? d.type}, or remove it.`
    d.rows.forEach((row) => {
      if (!fits(d.type, row.value)) out.data = `"${row.value}" does not name a resource. Enter an ARN like ${type?.form}.`
      else if (!row.read && !row.write) out.data = `Choose Read, Write, or both for ${row.value}.`
    })
  }
  const resources = s.basicData.reduce((n, d) => n + d.rows.length, 0)
  if (resources > 250)
    out.data = `Basic event selectors name at most 250 resources, and these name ${resources}. Choose all resources, or use advanced event selectors.`
}

function fits(type: string, value: string): boolean {
  const forms: Record<string, RegExp> = {
    'AWS::S3::Object': /^arn:[^:]+:s3:[^:]*:[^:]*:[^/]+\/.*$/,
    'AWS::Lambda::Function': /^arn:[^:]+:lambda:[^:]*:[^:]*:function[:/].+$/,
    'AWS::DynamoDB::Table': /^arn:[^:]+:dynamodb:[^:]*:[^:]*:table\/.+$/,
  }
  return forms[type]?.test(value) ?? false
}

// hasProblems tells whether anything has to be corrected.
export const hasProblems = (p: SelectionProblems) => p.drafts.size > 0 || !!(p.management ?? p.data ?? p.all)

// taken tells which management events are selected, which Insights depend on.
export function taken(s: Selection): { reads: boolean; writes: boolean; data: boolean } {
  const out = { reads: false, writes: false, data: s.data.length > 0 || s.basicData.length > 0 }
  for (const selector of managementSelectors(s.management)) {
    const only = selector.FieldSelectors.find((f) => f.Field === 'readOnly')?.Equals?.[0]
    out.reads ||= only !== 'false'
    out.writes ||= only !== 'true'
  }
  return out
}
