import { cloudtrail } from '~/api/client'
import type { InsightSelector } from '~/api/operations.gen'
import type { Selection } from '~/components/selectors/selection'
import { toPolicy, type Access } from './channel-policy'
import { isLarge, toConfiguration, type Enrichment } from './enrichment'
import { copyRequest, type CopyDraft } from './import-form'
import { createRequest, type General, type Kind } from './model'

// The parts of making an event data store, in their order.
export type Part = 'store' | 'policy' | 'configuration' | 'insights' | 'channel' | 'channel-policy' | 'copy'

// Made is what is there already, so that another try goes on behind it.
export interface Made {
  arn?: string
  channel?: string
  copy?: string
  done: Part[]
}

export interface Plan {
  general: General
  kind: Exclude<Kind, 'evidence'>
  selection: Selection
  enrichment: Enrichment
  insights?: { destination: string; selectors: InsightSelector[] }
  channel?: { name: string; source: string; access: Access }
  copy?: CopyDraft
  region: string
}

// PartError is a part that failed.
export class PartError extends Error {
  readonly part: Part
  constructor(part: Part, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.part = part
  }
}

// arnPlaceholder stands in a resource policy for the ARN of a store that is not
// there yet.
export const arnPlaceholder = 'EVENT_DATA_STORE_ARN'

// makeStore makes an event data store with all that belongs to it. It goes on where
// an earlier try came to; a failure is a PartError.
export async function makeStore(plan: Plan, made: Made, api: typeof cloudtrail = cloudtrail): Promise<string> {
  const { general, kind, region } = plan
  const part = async (name: Part, run: () => Promise<unknown>) => {
    if (made.done.includes(name)) return
    try {
      await run()
    } catch (error) {
      throw new PartError(name, error)
    }
    made.done.push(name)
  }
  await part('store', async () => {
    made.arn = (await api('CreateEventDataStore', createRequest(general, kind, plan.selection), { region })).EventDataStoreArn!
  })
  const store = made.arn!
  if (general.policyOn) {
    await part('policy', () =>
      api('PutResourcePolicy', { ResourceArn: store, ResourcePolicy: general.policy.replaceAll(arnPlaceholder, store) }, { region }),
    )
  }
  if (kind === 'events' && isLarge(plan.enrichment))
    await part('configuration', () => api('PutEventConfiguration', toConfiguration(store, plan.enrichment), { region }))
  const { insights, channel, copy } = plan
  if (insights) {
    await part('insights', () =>
      api(
        'PutInsightSelectors',
        { EventDataStore: store, InsightsDestination: insights.destination, InsightSelectors: insights.selectors },
        { region },
      ),
    )
  }
  if (channel) {
    await part('channel', async () => {
      const request = { Name: channel.name, Source: channel.source, Destinations: [{ Type: 'EVENT_DATA_STORE' as const, Location: store }] }
      made.channel = (await api('CreateChannel', request, { region })).ChannelArn!
    })
    const policy = toPolicy(made.channel!, channel.access)
    if (policy)
      await part('channel-policy', () => api('PutResourcePolicy', { ResourceArn: made.channel!, ResourcePolicy: policy }, { region }))
  }
  if (copy) {
    await part('copy', async () => {
      made.copy = (await api('StartImport', copyRequest(copy, store), { region })).ImportId
    })
  }
  return store
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
    case 'channel':
      return `${there} its channel could not be. Correct the channel and try again.`
    case 'channel-policy':
      return `${there} the policy of its channel could not be attached. Correct it and try again.`
    case 'copy':
      return `${there} copying trail events could not be started. Correct it and try again, or copy trail events later, on the page of the event data store.`
  }
}
