import { ApiError } from '~/api/errors'
import type { CreateEventDataStoreRequest, GetEventDataStoreResponse, UpdateEventDataStoreRequest } from '~/api/operations.gen'
import { categoryOf } from '~/components/selectors/draft'
import { fromAdvanced, toAdvanced, type Selection } from '~/components/selectors/selection'
import { checkKey, checkName } from '~/lib/names'
import { checkTags, toTags, type TagDraft } from '~/lib/tags'

type Store = GetEventDataStoreResponse
export type Status = NonNullable<Store['Status']>
export type BillingMode = NonNullable<Store['BillingMode']>

// Kind is what an event data store holds; it never changes.
export type Kind = 'events' | 'insights' | 'config' | 'integrations' | 'evidence'

export const kindLabels: Record<Kind, string> = {
  events: 'CloudTrail events',
  insights: 'CloudTrail Insights events',
  config: 'Configuration items',
  integrations: 'Events from integrations',
  evidence: 'Audit Manager evidence',
}

const kinds: Record<string, Kind> = {
  Management: 'events',
  Data: 'events',
  NetworkActivity: 'events',
  Insight: 'insights',
  ConfigurationItem: 'config',
  ActivityAuditLog: 'integrations',
  Evidence: 'evidence',
}

// kindOf is what a store holds.
export const kindOf = (store: Pick<Store, 'AdvancedEventSelectors'>): Kind =>
  kinds[store.AdvancedEventSelectors?.[0] ? categoryOf(store.AdvancedEventSelectors[0]) : ''] ?? 'events'

// isCloudTrail tells whether a store is for management, data and network events.
export const isCloudTrail = (store: Pick<Store, 'AdvancedEventSelectors'>) => kindOf(store) === 'events'

// isChanging tells whether a state is one that passes by itself.
export const isChanging = (status: Status | undefined) =>
  status === 'CREATED' || status === 'STARTING_INGESTION' || status === 'STOPPING_INGESTION'

// Pricing are the billing modes, with the days that each keeps events.
export const pricing: Record<BillingMode, { label: string; usual: number; most: number; description: string }> = {
  EXTENDABLE_RETENTION_PRICING: {
    label: 'One-year extendable retention pricing',
    usual: 366,
    most: 3653,
    description: 'Keeps events for one year by default, and for up to 10 years (3,653 days).',
  },
  FIXED_RETENTION_PRICING: {
    label: 'Seven-year retention pricing',
    usual: 2557,
    most: 2557,
    description: 'Keeps events for seven years (2,557 days) by default and at most.',
  },
}

export const leastRetention = 7

// years says days in a way that people count in: 366 days (1 year).
export function years(days: number): string {
  const known: Record<number, string> = {
    7: '1 week',
    30: '1 month',
    90: '3 months',
    366: '1 year',
    731: '2 years',
    1096: '3 years',
    1827: '5 years',
    2557: '7 years',
    3653: '10 years',
  }
  if (known[days]) return known[days]
  if (days >= 366) return `about ${(days / 365.25).toFixed(1)} years`
  return days >= 46 ? `about ${Math.round(days / 30.4)} months` : `about ${Math.round(days / 7)} weeks`
}

// General are the settings of a store while somebody edits them.
export interface General {
  name: string
  billing: BillingMode
  retention: string
  ownKey: boolean
  key: string
  policyOn: boolean
  policy: string
  tags: TagDraft[]
  currentRegion: boolean
  ingest: boolean
}

export type Field = 'name' | 'retention' | 'key' | 'policy' | 'tags'
export type Errors = Partial<Record<Field, string>>

// newGeneral are the defaults of the guide.
export const newGeneral = (): General => ({
  name: '',
  billing: 'EXTENDABLE_RETENTION_PRICING',
  retention: '366',
  ownKey: false,
  key: '',
  policyOn: false,
  policy: '',
  tags: [],
  currentRegion: false,
  ingest: true,
})

// generalOf are the settings of a store that is there.
export const generalOf = (store: Store): General => ({
  ...newGeneral(),
  name: store.Name ?? '',
  billing: store.BillingMode ?? 'EXTENDABLE_RETENTION_PRICING',
  retention: String(store.RetentionPeriod ?? ''),
  ownKey: !!store.KmsKeyId,
  key: store.KmsKeyId ?? '',
  currentRegion: !store.MultiRegionEnabled,
})

// checkGeneral says what the server would refuse.
export function checkGeneral(g: General): Errors {
  const most = pricing[g.billing].most
  const days = Number(g.retention)
  const retention = /^\d+$/.test(g.retention) && days >= leastRetention && days <= most
  const found: [Field, string | undefined][] = [
    ['name', checkName('event data store', g.name)],
    ['retention', retention ? undefined : `Enter a number of days from ${leastRetention} to ${most.toLocaleString('en-US')}.`],
    ['key', g.ownKey ? checkKey(g.key) : undefined],
    ['policy', g.policyOn ? checkJson(g.policy) : undefined],
    ['tags', checkTags(g.tags)],
  ]
  return Object.fromEntries(found.filter(([, error]) => error)) as Errors
}

// checkJson says where a text is no JSON object.
export function checkJson(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as unknown
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'Enter a JSON object.'
  } catch (error) {
    return `This is not JSON: ${error instanceof Error ? error.message : String(error)}`
  }
}

const single: Record<Exclude<Kind, 'events' | 'evidence'>, [name: string, category: string]> = {
  insights: ['Select Insights events', 'Insight'],
  config: ['Select AWS Config configuration items', 'ConfigurationItem'],
  integrations: ['Select all external events', 'ActivityAuditLog'],
}

// createRequest is what CreateEventDataStore is given.
export function createRequest(g: General, kind: Exclude<Kind, 'evidence'>, selection: Selection): CreateEventDataStoreRequest {
  const tags = toTags(g.tags)
  const selectors =
    kind === 'events'
      ? toAdvanced(selection)
      : [{ Name: single[kind][0], FieldSelectors: [{ Field: 'eventCategory', Equals: [single[kind][1]] }] }]
  return {
    Name: g.name,
    BillingMode: g.billing,
    RetentionPeriod: Number(g.retention),
    AdvancedEventSelectors: selectors,
    MultiRegionEnabled: kind !== 'integrations' && !g.currentRegion,
    ...(g.ownKey && { KmsKeyId: g.key }),
    ...(tags.length && { TagsList: tags }),
    ...((kind === 'events' || kind === 'config') && { StartIngestion: g.ingest }),
  }
}

// updateRequest is what UpdateEventDataStore is given: what changed.
export function updateRequest(store: Store, g: General): UpdateEventDataStoreRequest {
  const was = generalOf(store)
  return {
    EventDataStore: store.EventDataStoreArn!,
    ...(g.name !== was.name && { Name: g.name }),
    ...(g.billing !== was.billing && { BillingMode: g.billing }),
    ...(g.retention !== was.retention && { RetentionPeriod: Number(g.retention) }),
    ...(g.ownKey && g.key !== was.key && { KmsKeyId: g.key }),
    ...(g.currentRegion !== was.currentRegion && { MultiRegionEnabled: !g.currentRegion }),
  }
}

// fieldOf is the field that a refusal is about, if it is about one.
export function fieldOf(error: unknown): Field | undefined {
  if (!(error instanceof ApiError)) return undefined
  switch (error.code) {
    case 'EventDataStoreAlreadyExistsException':
      return 'name'
    case 'InvalidKmsKeyIdException':
    case 'KmsKeyNotFoundException':
    case 'KmsException':
    case 'InsufficientEncryptionPolicyException':
      return 'key'
    case 'ResourcePolicyNotValidException':
      return 'policy'
    case 'InvalidTagParameterException':
    case 'TagsLimitExceededException':
      return 'tags'
    case 'InvalidParameterException':
      // One exception for many parameters: the message names the one.
      if (/^RetentionPeriod|^BillingMode|billing mode/.test(error.message)) return 'retention'
      if (/name/i.test(error.message)) return 'name'
      return /KMS key/.test(error.message) ? 'key' : undefined
    default:
      return undefined
  }
}

// selectionOf is what a store for CloudTrail events takes.
export const selectionOf = (store: Store): Selection => fromAdvanced(store.AdvancedEventSelectors ?? [])

// StatusText is a state in words: what it is called, what it means.
export interface StatusText {
  label: string
  type: 'success' | 'pending' | 'in-progress' | 'stopped' | 'warning'
  means: string
}

export const statusTexts: Record<Status, StatusText> = {
  CREATED: { label: 'Created', type: 'in-progress', means: 'The event data store is being made ready.' },
  ENABLED: { label: 'Enabled', type: 'success', means: 'It takes events, and can be queried.' },
  STARTING_INGESTION: { label: 'Starting ingestion', type: 'in-progress', means: 'It will take events in a moment.' },
  STOPPING_INGESTION: { label: 'Stopping ingestion', type: 'in-progress', means: 'What was recorded before still comes in.' },
  STOPPED_INGESTION: {
    label: 'Stopped ingestion',
    type: 'stopped',
    means: 'It takes no live events. It can be queried, and trail events can be copied to it.',
  },
  PENDING_DELETION: {
    label: 'Pending deletion',
    type: 'warning',
    means:
      'It takes no events and answers no queries. It is deleted for good seven days after it was deleted, and can be restored until then.',
  },
}

// Action is one of the Actions menu.
export type Action = 'start' | 'stop' | 'copy' | 'protection' | 'delete' | 'restore'

// why says why an action cannot be done now, or nothing if it can.
export function why(action: Action, store: Store): string | undefined {
  const status = store.Status
  const pending = status === 'PENDING_DELETION'
  const kind = kindOf(store)
  if (action === 'restore') return pending ? undefined : 'Only an event data store that is pending deletion can be restored.'
  if (pending) return 'The event data store is pending deletion. Restore it first.'
  if ((action === 'start' || action === 'stop') && kind !== 'events' && kind !== 'config')
    return 'Ingestion is started and stopped for CloudTrail events and configuration items.'
  if (action === 'start') return status === 'STOPPED_INGESTION' ? undefined : 'Only stopped ingestion can be started.'
  if (action === 'stop') return status === 'ENABLED' ? undefined : 'Only an enabled event data store can be stopped.'
  if (action === 'copy') return kind === 'events' ? undefined : 'Trail events are copied to event data stores for CloudTrail events.'
  if (action === 'delete' && store.TerminationProtectionEnabled) return 'Turn termination protection off first.'
  return undefined
}
