import { cloudtrail } from '~/api/client'
import type { CreateEventDataStoreRequest, InsightSelector, Tag } from '~/api/operations.gen'
import type { Selection } from '~/components/selectors/selection'
import { doPart, type Done } from '~/lib/parts'
import { toPolicy, type Access } from './channel-policy'
import { isLarge, noEnrichment, toConfiguration, type Enrichment } from './enrichment'
import { copyRequest, type CopyDraft } from './import-form'
import { createRequest, type General, type Kind } from './model'

// The parts of making an event data store, in their order.
export type Part = 'store' | 'policy' | 'configuration' | 'insights' | 'sources' | 'channel' | 'channel-policy' | 'copy'

// Made is what is there already, so that another try goes on behind it.
export interface Made {
  region?: string
  arn?: string
  channel?: string
  copy?: string
  done: Done<Part>
}

export interface Plan {
  general: General
  kind: Exclude<Kind, 'evidence'>
  selection: Selection
  enrichment: Enrichment
  insights?: { destination: string; selectors: InsightSelector[] }
  // sources are the stores whose Insights events come to this one.
  sources?: { stores: string[]; selectors: InsightSelector[] }
  channel?: { name: string; source: string; access: Access }
  copy?: CopyDraft
  region: string
}

// arnPlaceholder stands in a resource policy for the ARN of a store that is not
// there yet.
export const arnPlaceholder = 'EVENT_DATA_STORE_ARN'

// makeStore makes an event data store with all that belongs to it. It goes on where
// an earlier try came to; a failure is a PartError.
export async function makeStore(plan: Plan, made: Made, api: typeof cloudtrail = cloudtrail): Promise<string> {
  const { general, kind, region, insights, sources, channel, copy } = plan
  if (made.region !== region) Object.assign(made, { region, arn: undefined, channel: undefined, done: {} }) // a store of its own
  const part = (name: Part, input: unknown, run: () => Promise<unknown>, undo?: () => Promise<unknown>) =>
    doPart(made.done, name, input, run, undo)
  const request = createRequest(general, kind, plan.selection)
  await part('store', request, async () => {
    if (made.arn) await change(made.arn, request, region, api)
    else made.arn = (await api('CreateEventDataStore', request, { region })).EventDataStoreArn!
  })
  const store = made.arn!
  const policy = general.policyOn ? general.policy.replaceAll(arnPlaceholder, store) : undefined
  await part(
    'policy',
    policy,
    () => api('PutResourcePolicy', { ResourceArn: store, ResourcePolicy: policy! }, { region }),
    () => api('DeleteResourcePolicy', { ResourceArn: store }, { region }),
  )
  const configure = (e: Enrichment) => api('PutEventConfiguration', toConfiguration(store, e), { region })
  const enrichment = kind === 'events' && isLarge(plan.enrichment) ? plan.enrichment : undefined
  await part(
    'configuration',
    enrichment,
    () => configure(enrichment!),
    () => configure(noEnrichment()),
  )
  await part(
    'insights',
    insights,
    () =>
      api(
        'PutInsightSelectors',
        { EventDataStore: store, InsightsDestination: insights!.destination, InsightSelectors: insights!.selectors },
        { region },
      ),
    () => api('PutInsightSelectors', { EventDataStore: store, InsightSelectors: [] }, { region }),
  )
  await part('sources', sources, async () => {
    for (const EventDataStore of sources!.stores)
      await api('PutInsightSelectors', { EventDataStore, InsightsDestination: store, InsightSelectors: sources!.selectors }, { region })
  })
  if (channel) await makeChannel({ ...channel, destinations: [store] }, made, region, api)
  await part('copy', copy, async () => {
    made.copy = (await api('StartImport', copyRequest(copy!, store), { region })).ImportId
  })
  return store
}

// NewChannel is a channel to be made, with who may deliver through it.
export interface NewChannel {
  name: string
  source: string
  access: Access
  destinations: string[]
  tags?: Tag[]
}

// makeChannel makes a channel, or goes on where an earlier try came to; a failure is a
// PartError.
export async function makeChannel(
  { name, source, access, destinations, tags }: NewChannel,
  made: { channel?: string; done: Done<'channel' | 'channel-policy'> },
  region: string,
  api: typeof cloudtrail = cloudtrail,
): Promise<string> {
  const Destinations = destinations.map((Location) => ({ Type: 'EVENT_DATA_STORE' as const, Location }))
  const request = { Name: name, Source: source, Destinations, ...(tags?.length && { Tags: tags }) }
  await doPart(made.done, 'channel', request, async () => {
    // One that is there was meant otherwise; nobody knows its ARN yet.
    if (made.channel) await api('DeleteChannel', { Channel: made.channel }, { region })
    made.channel = undefined
    made.channel = (await api('CreateChannel', request, { region })).ChannelArn!
  })
  const ResourceArn = made.channel!
  const policy = toPolicy(ResourceArn, access)
  await doPart(
    made.done,
    'channel-policy',
    policy,
    () => api('PutResourcePolicy', { ResourceArn, ResourcePolicy: policy! }, { region }),
    () => api('DeleteResourcePolicy', { ResourceArn }, { region }),
  )
  return ResourceArn
}

// change gives a store that is there already the settings of a request.
async function change(store: string, request: CreateEventDataStoreRequest, region: string, api: typeof cloudtrail): Promise<void> {
  const { TagsList: tags, StartIngestion: ingest, ...settings } = request
  await api('UpdateEventDataStore', { EventDataStore: store, ...settings }, { region })
  if (tags) await api('AddTags', { ResourceId: store, TagsList: tags }, { region })
  const { Status } = await api('GetEventDataStore', { EventDataStore: store }, { region })
  if (ingest === false && Status === 'ENABLED') await api('StopEventDataStoreIngestion', { EventDataStore: store }, { region })
  if (ingest && Status === 'STOPPED_INGESTION') await api('StartEventDataStoreIngestion', { EventDataStore: store }, { region })
}

// stands says what is there after a part failed, and what is not.
export function stands(failed: Part, name: string): string {
  const there = `The event data store ${name} was created, but`
  switch (failed) {
    case 'store':
      return 'The event data store could not be created.'
    case 'policy':
      return `${there} its resource policy could not be attached. Correct the policy and try again: the event data store is not made twice.`
    case 'configuration':
      return `${there} the enrichment of its events could not be set. Correct it and try again.`
    case 'insights':
      return `${there} Insights events could not be turned on. Correct that and try again.`
    case 'sources':
      return `${there} Insights events of its sources could not be turned on. Correct that and try again, or turn them on later, on the pages of the sources.`
    case 'channel':
      return `${there} its channel could not be. Correct the channel and try again.`
    case 'channel-policy':
      return `${there} the policy of its channel could not be attached. Correct it and try again.`
    case 'copy':
      return `${there} copying trail events could not be started. Correct it and try again, or copy trail events later, on the page of the event data store.`
  }
}
