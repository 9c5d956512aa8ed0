import type { AdvancedEventSelector } from '~/api/operations.gen'
import { checkValue, fieldRules, operatorLabels, operators, oppositeOf, ruleOf, type Category, type Operator } from './rules'

// A selector while somebody edits it: a template, or conditions of its own.

export interface Condition {
  operator: Operator
  value: string
}

export interface FieldDraft {
  field: string
  conditions: Condition[]
}

export type Template = 'all' | 'read' | 'write' | 'console' | 'no-service' | 'denied' | 'custom'

export interface SelectorDraft {
  // key tells drafts apart in lists.
  key: number
  category: Category
  name: string
  template: Template
  // resourceType is for data events, eventSource for network activity.
  resourceType: string
  eventSource: string
  fields: FieldDraft[]
}

let lastKey = 0

// newSelector is the draft of a selector that takes everything of its category.
export function newSelector(category: Category, more: Partial<SelectorDraft> = {}): SelectorDraft {
  return { key: ++lastKey, category, name: '', template: 'all', resourceType: '', eventSource: '', fields: [], ...more }
}

// templateLabels are the templates in the console's words.
export const templateLabels: Record<Category, Partial<Record<Template, string>>> = {
  Management: {
    all: 'Log all events',
    read: 'Log only read events',
    write: 'Log only write events',
    console: 'Log only AWS Management Console events',
    'no-service': 'Exclude AWS service initiated events',
    custom: 'Custom',
  },
  Data: {
    all: 'Log all events',
    read: 'Log only read events',
    write: 'Log only write events',
    console: 'Log only AWS Management Console events',
    'no-service': 'Exclude AWS service initiated events',
    custom: 'Custom',
  },
  NetworkActivity: { all: 'Log all network activity events', denied: 'Log all network activity access denied events', custom: 'Custom' },
}

const one = (field: string, operator: Operator, value: string): FieldDraft => ({ field, conditions: [{ operator, value }] })

// serviceRoles is what the sessions of service-linked roles begin with.
const serviceRoles = (account: string) => `arn:aws:sts::${account}:assumed-role/AWSServiceRole`

function templateFields(template: Exclude<Template, 'custom'>, account: string): FieldDraft[] {
  switch (template) {
    case 'read':
      return [one('readOnly', 'Equals', 'true')]
    case 'write':
      return [one('readOnly', 'Equals', 'false')]
    case 'console':
      return [one('sessionCredentialFromConsole', 'Equals', 'true')]
    case 'denied':
      return [one('errorCode', 'Equals', 'VpceAccessDenied')]
    case 'no-service':
      return [one('eventType', 'NotEquals', 'AwsServiceEvent'), one('userIdentity.arn', 'NotStartsWith', serviceRoles(account))]
    default:
      return []
  }
}

// applyTemplate gives a draft a template. Custom begins with what there was.
export function applyTemplate(draft: SelectorDraft, template: Template, account: string): SelectorDraft {
  return { ...draft, template, fields: template === 'custom' ? draft.fields : templateFields(template, account) }
}

// toSelector makes the API's selector of a draft.
export function toSelector(draft: SelectorDraft): AdvancedEventSelector {
  const out: AdvancedEventSelector = { FieldSelectors: [{ Field: 'eventCategory', Equals: [draft.category] }] }
  if (draft.name) out.Name = draft.name
  if (draft.category === 'Data') out.FieldSelectors.push({ Field: 'resources.type', Equals: [draft.resourceType] })
  if (draft.category === 'NetworkActivity') out.FieldSelectors.push({ Field: 'eventSource', Equals: [draft.eventSource] })
  for (const { field, conditions } of draft.fields) {
    const selector: AdvancedEventSelector['FieldSelectors'][number] = { Field: field }
    for (const { operator, value } of conditions) (selector[operator] ??= []).push(value)
    out.FieldSelectors.push(selector)
  }
  return out.Name ? { Name: out.Name, FieldSelectors: out.FieldSelectors } : out
}

// categoryOf is a selector's eventCategory.
export function categoryOf(selector: AdvancedEventSelector): string {
  return selector.FieldSelectors.find((f) => f.Field === 'eventCategory')?.Equals?.[0] ?? ''
}

// fromSelector makes a draft of one of the API's selectors for CloudTrail events.
export function fromSelector(selector: AdvancedEventSelector): SelectorDraft {
  const draft = newSelector(categoryOf(selector) as Category, { name: selector.Name ?? '', template: 'custom' })
  for (const f of selector.FieldSelectors) {
    if (f.Field === 'eventCategory') continue
    if (f.Field === 'resources.type' && draft.category === 'Data') draft.resourceType = f.Equals?.[0] ?? ''
    else if (f.Field === 'eventSource' && draft.category === 'NetworkActivity') draft.eventSource = f.Equals?.[0] ?? ''
    else {
      const conditions = operators.flatMap((operator) => (f[operator] ?? []).map((value) => ({ operator, value })))
      draft.fields.push({ field: f.Field, conditions })
    }
  }
  draft.template = templateOf(draft)
  return draft
}

function templateOf(draft: SelectorDraft): Template {
  const has = JSON.stringify(draft.fields)
  const account = /"arn:aws:sts::(\d{12}):assumed-role/.exec(has)?.[1] ?? ''
  const names = Object.keys(templateLabels[draft.category] ?? {}) as Template[]
  return names.find((name) => name !== 'custom' && JSON.stringify(templateFields(name, account)) === has) ?? 'custom'
}

// Problems are what is wrong with a draft: by the place of it, as "name",
// "resourceType", "eventSource", "fields", "0" for a field or "0.1" for one of its
// conditions.
export type Problems = Record<string, string>

// check says what the server would refuse about a draft.
export function check(draft: SelectorDraft, withoutARN: readonly string[] = []): Problems {
  const out: Problems = {}
  if ([...draft.name].length > 1000) out.name = 'A selector name has at most 1,000 characters.'
  if (draft.category === 'Data' && !draft.resourceType) out.resourceType = 'Choose a resource type.'
  if (draft.category === 'NetworkActivity' && !draft.eventSource) out.eventSource = 'Choose an event source.'
  if (draft.template === 'custom' && draft.fields.length === 0) out.fields = 'Add a field, or choose another template.'
  draft.fields.forEach((field, i) => {
    const rule = ruleOf(draft.category, field.field)
    if (!field.field) out[i] = 'Choose a field.'
    else if (!rule)
      out[i] = `${field.field} cannot be used for these events. Use ${fieldRules[draft.category].map((r) => r.field).join(', ')}.`
    else if (draft.fields.findIndex((other) => other.field === field.field) < i)
      out[i] = 'This field is there twice. Add a condition to the first one.'
    else if (field.field === 'resources.ARN' && withoutARN.includes(draft.resourceType))
      out[i] = 'Resources of this type have no ARN. Use another field.'
    else if (rule.single && field.conditions.length > 1) out[`${i}.1`] = 'This field takes one value. Remove the others.'
    else if (field.conditions.length === 0) out[i] = 'Add a condition.'
    if (rule) checkConditions(draft, field, i, out)
  })
  return out
}

function checkConditions(draft: SelectorDraft, field: FieldDraft, i: number, out: Problems): void {
  const rule = ruleOf(draft.category, field.field)!
  field.conditions.forEach((condition, j) => {
    const place = `${i}.${j}`
    if (out[place]) return
    const earlier = field.conditions.slice(0, j).filter((other) => other.value === condition.value)
    const bad = checkValue(rule, condition.operator, condition.value, draft.resourceType)
    if (!rule.operators.includes(condition.operator)) out[place] = `This field does not take "${operatorLabels[condition.operator]}".`
    else if (bad) out[place] = bad
    else if (earlier.some((other) => other.operator === condition.operator)) out[place] = 'This condition is there twice.'
    else if (earlier.some((other) => other.operator === oppositeOf(condition.operator)))
      out[place] = 'This contradicts another condition: no event could match both.'
  })
}

// countValues is how many values selectors have, which has a limit.
export function countValues(selectors: readonly AdvancedEventSelector[]): number {
  let n = 0
  for (const s of selectors) for (const f of s.FieldSelectors) for (const o of operators) n += f[o]?.length ?? 0
  return n
}
