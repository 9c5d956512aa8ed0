import type { AdvancedEventSelector, EventSelector } from '~/api/operations.gen'
import { categoryOf, fromSelector, newSelector, toSelector, type SelectorDraft } from './draft'

// What a trail or an event data store logs, while somebody edits it.

// Management is which management events: simply, or by selectors of their own.
export interface Management {
  on: boolean
  mode: 'simple' | 'advanced'
  read: boolean
  write: boolean
  excludeKms: boolean
  excludeRds: boolean
  selectors: SelectorDraft[]
}

// BasicData is the resources of a type in basic event selectors.
export interface BasicData {
  key: number
  type: string
  // all are the settings for all resources of the type; rows for single ones.
  all: { read: boolean; write: boolean }
  rows: { value: string; read: boolean; write: boolean }[]
}

export interface Selection {
  management: Management
  // basic says that data events are chosen by basic event selectors.
  basic: boolean
  data: SelectorDraft[]
  basicData: BasicData[]
  network: SelectorDraft[]
  // unread is the text of the JSON view, when it is no selectors, and why.
  unread?: { text: string; error: string }
}

export const kms = 'kms.amazonaws.com'
export const rds = 'rdsdata.amazonaws.com'

// allManagement is what a new trail logs: all management events and nothing else.
export function allManagement(): Selection {
  return {
    management: { on: true, mode: 'simple', read: true, write: true, excludeKms: false, excludeRds: false, selectors: [] },
    basic: false,
    data: [],
    basicData: [],
    network: [],
  }
}

const excluded = (m: Management) => [...(m.excludeKms ? [kms] : []), ...(m.excludeRds ? [rds] : [])]

// managementSelectors are the advanced selectors of the management events.
export function managementSelectors(m: Management): AdvancedEventSelector[] {
  if (!m.on) return []
  if (m.mode === 'advanced') return m.selectors.map(toSelector)
  const out: AdvancedEventSelector = {
    Name: 'Management events selector',
    FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }],
  }
  if (m.read !== m.write) out.FieldSelectors.push({ Field: 'readOnly', Equals: [String(m.read)] })
  if (excluded(m).length) out.FieldSelectors.push({ Field: 'eventSource', NotEquals: excluded(m) })
  return [out]
}

// toAdvanced makes the API's advanced selectors of a selection.
export function toAdvanced(s: Selection): AdvancedEventSelector[] {
  return [...managementSelectors(s.management), ...s.data.map(toSelector), ...s.network.map(toSelector)]
}

// fromAdvanced reads advanced selectors of CloudTrail events.
export function fromAdvanced(list: readonly AdvancedEventSelector[]): Selection {
  const out = allManagement()
  const management = list.filter((s) => categoryOf(s) === 'Management')
  const simple = management.length === 1 ? simply(management[0]!) : undefined
  out.management = simple ?? {
    ...out.management,
    on: management.length > 0,
    mode: management.length ? 'advanced' : 'simple',
    selectors: management.map(fromSelector),
  }
  out.data = list.filter((s) => categoryOf(s) === 'Data').map(fromSelector)
  out.network = list.filter((s) => categoryOf(s) === 'NetworkActivity').map(fromSelector)
  return out
}

// simply reads a management selector that the simple settings can say.
function simply(selector: AdvancedEventSelector): Management | undefined {
  const m = { ...allManagement().management }
  for (const f of selector.FieldSelectors) {
    const { Field, ...conditions } = f
    if (Field === 'eventCategory') continue
    if (Object.keys(conditions).length !== 1) return undefined
    if (Field === 'readOnly' && f.Equals?.length === 1) {
      m.read = f.Equals[0] === 'true'
      m.write = !m.read
    } else if (Field === 'eventSource' && f.NotEquals?.every((v) => v === kms || v === rds)) {
      m.excludeKms = f.NotEquals.includes(kms)
      m.excludeRds = f.NotEquals.includes(rds)
    } else return undefined
  }
  return m
}

type ReadWrite = 'All' | 'ReadOnly' | 'WriteOnly'
const readWrite = (read: boolean, write: boolean): ReadWrite => (read && write ? 'All' : read ? 'ReadOnly' : 'WriteOnly')

// basicTypes are the resource types of basic selectors, with what means all.
export const basicTypes = [
  {
    type: 'AWS::S3::Object',
    label: 'S3',
    all: 'arn:aws:s3:::',
    form: 'arn:aws:s3:::amzn-s3-demo-bucket/',
    everything: 'All current and future S3 buckets',
    single: 'Individual bucket selection',
  },
  {
    type: 'AWS::Lambda::Function',
    label: 'Lambda',
    all: 'arn:aws:lambda',
    form: 'arn:aws:lambda:us-east-1:111122223333:function:my-function',
    everything: 'Log all current and future functions',
    single: 'Lambda function',
  },
  {
    type: 'AWS::DynamoDB::Table',
    label: 'DynamoDB',
    all: 'arn:aws:dynamodb',
    form: 'arn:aws:dynamodb:us-east-1:111122223333:table/my-table',
    everything: 'All current and future tables',
    single: 'DynamoDB table selection',
  },
] as const

// toBasic makes basic selectors: one for the management events, and one for each
// of read, write and both that data events ask for.
export function toBasic(s: Selection): EventSelector[] {
  const groups = new Map<ReadWrite, Map<string, string[]>>()
  const add = (rw: ReadWrite, type: string, value: string) => {
    const types = groups.get(rw) ?? groups.set(rw, new Map()).get(rw)!
    const values = types.get(type) ?? types.set(type, []).get(type)!
    if (!values.includes(value)) values.push(value)
  }
  for (const { type, all, rows } of s.basicData) {
    if (all.read || all.write) add(readWrite(all.read, all.write), type, basicTypes.find((t) => t.type === type)!.all)
    for (const row of rows) {
      const read = row.read && !all.read
      const write = row.write && !all.write
      if (read || write) add(readWrite(read, write), type, row.value)
    }
  }
  const m = s.management
  const managed = m.on ? readWrite(m.read, m.write) : undefined
  const out: EventSelector[] = []
  for (const rw of ['All', 'ReadOnly', 'WriteOnly'] as const) {
    const types = groups.get(rw)
    if (!types && rw !== managed) continue
    out.push({
      ReadWriteType: rw,
      IncludeManagementEvents: rw === managed,
      DataResources: [...(types ?? [])].map(([Type, Values]) => ({ Type, Values })),
      ExcludeManagementEventSources: rw === managed ? excluded(m) : [],
    })
  }
  return out
}

// fromBasic reads basic selectors; what the page cannot show as such comes as the
// advanced selectors that mean the same.
export function fromBasic(list: readonly EventSelector[]): Selection {
  const out = allManagement()
  out.basic = true
  const management = list.filter((s) => s.IncludeManagementEvents !== false)
  const sources = (s: EventSelector) => [...(s.ExcludeManagementEventSources ?? [])].sort().join()
  if (management.some((s) => sources(s) !== sources(management[0]!))) return fromAdvanced(basicToAdvanced(list))
  const rw = (s: EventSelector) => s.ReadWriteType ?? 'All'
  out.management = {
    ...out.management,
    on: management.length > 0,
    read: !management.length || management.some((s) => rw(s) !== 'WriteOnly'),
    write: !management.length || management.some((s) => rw(s) !== 'ReadOnly'),
    excludeKms: management[0]?.ExcludeManagementEventSources?.includes(kms) ?? false,
    excludeRds: management[0]?.ExcludeManagementEventSources?.includes(rds) ?? false,
  }
  for (const s of list)
    for (const { Type, Values } of s.DataResources ?? []) {
      const read = rw(s) !== 'WriteOnly'
      const write = rw(s) !== 'ReadOnly'
      let data = out.basicData.find((d) => d.type === Type)
      if (!data) out.basicData.push((data = newBasicData(Type ?? '')))
      for (const value of Values ?? []) {
        if (isAll(Type ?? '', value)) data.all = { read: data.all.read || read, write: data.all.write || write }
        else {
          const row = data.rows.find((r) => r.value === value)
          if (row) Object.assign(row, { read: row.read || read, write: row.write || write })
          else data.rows.push({ value, read, write })
        }
      }
    }
  return out
}

const isAll = (type: string, value: string) => value === basicTypes.find((t) => t.type === type)?.all || value === 'arn:aws:s3'

// newBasicData is a type of which nothing is chosen yet.
export const newBasicData = (type: string): BasicData => ({
  key: newSelector('Data').key,
  type,
  all: { read: false, write: false },
  rows: [],
})

// basicToAdvanced makes advanced selectors that select the same events.
export function basicToAdvanced(list: readonly EventSelector[]): AdvancedEventSelector[] {
  const out: AdvancedEventSelector[] = []
  for (const s of list) {
    const rw =
      s.ReadWriteType === 'ReadOnly'
        ? [{ Field: 'readOnly', Equals: ['true'] }]
        : s.ReadWriteType === 'WriteOnly'
          ? [{ Field: 'readOnly', Equals: ['false'] }]
          : []
    if (s.IncludeManagementEvents !== false) {
      const sources = s.ExcludeManagementEventSources ?? []
      const exclude = sources.length ? [{ Field: 'eventSource', NotEquals: sources }] : []
      out.push({
        Name: 'Management events selector',
        FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }, ...rw, ...exclude],
      })
    }
    for (const { Type = '', Values = [] } of s.DataResources ?? []) {
      const all = Values.some((v) => isAll(Type, v))
      const arn = all ? [] : [{ Field: 'resources.ARN', [Type === 'AWS::S3::Object' ? 'StartsWith' : 'Equals']: [...new Set(Values)] }]
      out.push({
        Name: `${Type} data events selector`,
        FieldSelectors: [{ Field: 'eventCategory', Equals: ['Data'] }, { Field: 'resources.type', Equals: [Type] }, ...rw, ...arn],
      })
    }
  }
  return out
}

// switchToAdvanced keeps what basic selectors select.
export function switchToAdvanced(s: Selection): Selection {
  const next = fromAdvanced(basicToAdvanced(toBasic(s)))
  return { ...next, management: s.management }
}

// Given is selectors as the API takes them: of one kind.
export interface Given {
  EventSelectors?: EventSelector[]
  AdvancedEventSelectors?: AdvancedEventSelector[]
}

// toGiven makes what the API takes of a selection.
export const toGiven = (s: Selection): Given => (s.basic ? { EventSelectors: toBasic(s) } : { AdvancedEventSelectors: toAdvanced(s) })

// fromGiven reads what the API answers.
export function fromGiven(g: Given): Selection {
  return g.AdvancedEventSelectors?.length ? fromAdvanced(g.AdvancedEventSelectors) : fromBasic(g.EventSelectors ?? [])
}
