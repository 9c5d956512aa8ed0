import type { ContextKeySelector, GetEventConfigurationResponse, PutEventConfigurationRequest } from '~/api/operations.gen'

// Enrichment is what is added to a store's events, and how large they may be.
export interface Enrichment {
  tagKeys: string[]
  conditionKeys: string[]
  large: boolean
}

export const noEnrichment = (): Enrichment => ({ tagKeys: [], conditionKeys: [], large: false })

// conditionKeys are the condition keys that events can have.
export const conditionKeys = [
  'aws:FederatedProvider',
  'aws:TokenIssueTime',
  'aws:MultiFactorAuthAge',
  'aws:MultiFactorAuthPresent',
  'aws:SourceIdentity',
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:PrincipalIsAWSService',
  'aws:PrincipalOrgID',
  'aws:PrincipalOrgPaths',
  'aws:PrincipalServiceName',
  'aws:PrincipalServiceNamesList',
  'aws:PrincipalType',
  'aws:userid',
  'aws:username',
  'aws:RequestedRegion',
  'aws:SecureTransport',
  'aws:ViaAWSService',
  'aws:CurrentTime',
  'aws:EpochTime',
  'aws:SourceAccount',
  'aws:SourceOrgID',
]

// maxKeys is how many keys of a kind a store adds.
export const maxKeys = 50

// isLarge tells whether the events have to be large: keys need that.
export const isLarge = (e: Enrichment) => e.large || e.tagKeys.length > 0 || e.conditionKeys.length > 0

// fromConfiguration reads what the API answers.
export function fromConfiguration(c: GetEventConfigurationResponse): Enrichment {
  const keys = (type: ContextKeySelector['Type']) => c.ContextKeySelectors?.find((s) => s.Type === type)?.Equals ?? []
  return { tagKeys: keys('TagContext'), conditionKeys: keys('RequestContext'), large: c.MaxEventSize === 'Large' }
}

// toConfiguration is what PutEventConfiguration is given.
export function toConfiguration(store: string, e: Enrichment): PutEventConfigurationRequest {
  const selectors: ContextKeySelector[] = []
  if (e.tagKeys.length) selectors.push({ Type: 'TagContext', Equals: e.tagKeys })
  if (e.conditionKeys.length) selectors.push({ Type: 'RequestContext', Equals: e.conditionKeys })
  return { EventDataStore: store, MaxEventSize: isLarge(e) ? 'Large' : 'Standard', ContextKeySelectors: selectors }
}

// checkEnrichment says what the server would refuse.
export function checkEnrichment(e: Enrichment): { tagKeys?: string; conditionKeys?: string } {
  const out: { tagKeys?: string; conditionKeys?: string } = {}
  if (e.tagKeys.length > maxKeys) out.tagKeys = `Choose at most ${maxKeys} tag keys.`
  else if (e.tagKeys.some((k) => [...k].length > 128)) out.tagKeys = 'A tag key has at most 128 characters.'
  if (e.conditionKeys.length > maxKeys) out.conditionKeys = `Choose at most ${maxKeys} condition keys.`
  const unknown = e.conditionKeys.find((k) => !conditionKeys.includes(k) && !/^aws:PrincipalTag\/.+/.test(k))
  if (unknown) out.conditionKeys = `${unknown} cannot be added to events. Use aws:PrincipalTag/KEY, or one of the list.`
  return out
}
