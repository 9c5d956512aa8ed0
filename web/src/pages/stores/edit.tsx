import Checkbox from '@cloudscape-design/components/checkbox'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import { useState } from 'react'
import { useParams } from 'react-router'
import { cloudtrail } from '~/api/client'
import { messageOf } from '~/api/errors'
import type { GetInsightSelectorsResponse } from '~/api/operations.gen'
import { EditForm, useSaving, type Edited } from '~/components/edit-form'
import { EditTags } from '~/components/edit-tags'
import { Loading } from '~/components/loading'
import { Problem } from '~/components/problem'
import { useCatalogue } from '~/components/selectors/catalogue'
import { newSelector } from '~/components/selectors/draft'
import { EventsForm, type Part } from '~/components/selectors/events-form'
import { toAdvanced, type Selection } from '~/components/selectors/selection'
import { checkSelection, hasProblems } from '~/components/selectors/selection-check'
import { unchanged } from '~/lib/unchanged'
import { useFresh } from '~/lib/fresh'
import { visible } from '~/lib/text'
import { hrefOf } from '~/shell/link'
import { usePage } from '~/shell/page'
import { useRegion } from '~/shell/session'
import NotFound from '../not-found'
import { fromInsights, toInsights } from '../trails/insights'
import { askPolicy, idOf, useConfiguration, usePolicy, useRefresh, useStore, useStoreInsights, type Store } from './api'
import { EnrichFields } from './enrich'
import { checkEnrichment, fromConfiguration, toConfiguration, type Enrichment } from './enrichment'
import { GeneralFields, PolicyFields } from './fields'
import { checkCapture, type InsightsChoice } from './insights'
import { InsightsCapture } from './insights-fields'
import { checkGeneral, fieldOf, generalOf, kindOf, selectionOf, updateRequest, type Errors, type General } from './model'

const titles: Record<string, string> = {
  general: 'Edit general details',
  policy: 'Edit resource policy',
  tags: 'Edit tags',
  management: 'Edit management events',
  data: 'Edit data events',
  network: 'Edit network activity events',
  insights: 'Edit Insights events',
  enrich: 'Edit enriched events and event size',
}

// Edit is the page that changes one section of an event data store.
export default function Edit() {
  const { id = '', section = '' } = useParams()
  const [region] = useRegion()
  const { data: store, error, refetch } = useFresh(useStore(id, region))
  const title = titles[section]
  usePage({
    title: title ?? 'Edit',
    contentType: 'form',
    trail: [
      { text: 'Event data stores', href: hrefOf('/event-data-stores') },
      { text: store?.Name ?? id, href: hrefOf(`/event-data-stores/${id}`) },
    ],
  })
  if (!title) return <NotFound />
  if (error && !store) return <Problem header="The event data store could not be read" error={error} onRetry={() => void refetch()} />
  if (!store) return <Loading />
  const props = { store, title, region }
  switch (section) {
    case 'general':
      return <EditGeneral {...props} />
    case 'policy':
      return <EditPolicy {...props} />
    case 'tags':
      return <TagsOf {...props} />
    case 'insights':
      return <EditInsights {...props} />
    case 'enrich':
      return <EditEnrichment {...props} />
    default:
      return <EditEvents {...props} part={section as Part} />
  }
}

interface Props {
  store: Store
  title: string
  region: string
}

function useEdited(store: Store): Edited {
  return { done: `Event data store ${store.Name} updated`, page: `/event-data-stores/${idOf(store.EventDataStoreArn)}`, refresh: useRefresh() }
}

// only is the errors that are shown: those of the form once it was tried, and the
// server's at its field.
function only(tried: boolean, errors: Errors, error: unknown): Errors {
  const field = fieldOf(error)
  return { ...(tried ? errors : {}), ...(field ? { [field]: visible(messageOf(error)) } : {}) }
}

function EditGeneral({ store, title, region }: Props) {
  const [before] = useState(store)
  const was = generalOf(before)
  const [value, setValue] = useState<General>(was)
  const errors = checkGeneral(value)
  const { save, saving, error, back } = useSaving(useEdited(store), () => cloudtrail('UpdateEventDataStore', updateRequest(before, value), { region }))
  const change = (next: Partial<General>) => setValue((old) => ({ ...old, ...next }))
  return (
    <EditForm title={title} onCancel={back} saving={saving} error={error} wrong={Object.keys(errors).length > 0} onSave={save}>
      <Container header={<Header variant="h2">General details</Header>}>
        <GeneralFields value={value} onChange={change} errors={only(true, errors, error)} was={was} days={before.RetentionPeriod} />
      </Container>
      {kindOf(store) !== 'integrations' && (
        <Container header={<Header variant="h2">Regions</Header>}>
          <Checkbox
            checked={value.currentRegion}
            description="Otherwise events of all Regions are collected."
            onChange={({ detail }) => change({ currentRegion: detail.checked })}
          >
            Include only the current region in my event data store
          </Checkbox>
        </Container>
      )}
    </EditForm>
  )
}

function EditPolicy({ store, title, region }: Props) {
  const policy = useFresh(usePolicy(store.EventDataStoreArn!, region))
  if (policy.isPending) return <Loading />
  if (policy.error)
    return <Problem header="The resource policy could not be read" error={policy.error} onRetry={() => void policy.refetch()} />
  return <PolicyOf store={store} title={title} region={region} policy={policy.data} />
}

function PolicyOf({ store, title, region, policy }: Props & { policy: string | null }) {
  const arn = store.EventDataStoreArn!
  const [value, setValue] = useState<General>(() => ({ ...generalOf(store), policyOn: policy !== null, policy: policy ?? '' }))
  const [was] = useState(policy)
  const [tried, setTried] = useState(false)
  const errors = checkGeneral(value)
  const { save, saving, error, back } = useSaving(useEdited(store), async () => {
    await unchanged('The resource policy', was, () => askPolicy(arn, region))
    if (value.policyOn) return cloudtrail('PutResourcePolicy', { ResourceArn: arn, ResourcePolicy: value.policy }, { region })
    return was === null ? undefined : cloudtrail('DeleteResourcePolicy', { ResourceArn: arn }, { region })
  })
  return (
    <EditForm
      title={title}
      onCancel={back}
      saving={saving}
      error={error}
      wrong={!!errors.policy}
      onTry={() => setTried(true)}
      onSave={save}
    >
      <Container header={<Header variant="h2">Resource policy</Header>}>
        <PolicyFields
          value={value}
          onChange={(next) => setValue((old) => ({ ...old, ...next }))}
          errors={only(tried, errors, error)}
          arn={arn}
        />
      </Container>
    </EditForm>
  )
}

function TagsOf({ store, title, region }: Props) {
  return <EditTags arn={store.EventDataStoreArn!} region={region} title={title} edited={useEdited(store)} />
}

function EditEvents({ store, title, region, part }: Props & { part: Part }) {
  const { catalogue } = useCatalogue()
  const [value, setValue] = useState<Selection>(() => begin(selectionOf(store), part))
  const [tried, setTried] = useState(false)
  const problems = checkSelection(value, catalogue.withoutARN)
  const EventDataStore = store.EventDataStoreArn!
  const [was] = useState(store.AdvancedEventSelectors)
  // All sections of events are one setting.
  const { save, saving, error, back } = useSaving(useEdited(store), async () => {
    const ask = async () => (await cloudtrail('GetEventDataStore', { EventDataStore }, { region })).AdvancedEventSelectors
    await unchanged('What the event data store takes', was, ask)
    return cloudtrail('UpdateEventDataStore', { EventDataStore, AdvancedEventSelectors: toAdvanced(value) }, { region })
  })
  return (
    <EditForm
      title={title}
      onCancel={back}
      saving={saving}
      error={error}
      wrong={hasProblems(problems)}
      onTry={() => setTried(true)}
      onSave={save}
    >
      <EventsForm value={value} onChange={setValue} target="store" parts={[part]} problems={tried ? problems : undefined} toggle />
    </EditForm>
  )
}

function begin(s: Selection, part: Part): Selection {
  if (part === 'network' && s.network.length === 0) return { ...s, network: [newSelector('NetworkActivity')] }
  if (part === 'data' && s.data.length === 0) return { ...s, data: [newSelector('Data')] }
  return s
}

function EditInsights({ store, title, region }: Props) {
  const insights = useFresh(useStoreInsights(store, region))
  if (insights.isPending) return <Loading />
  if (insights.error)
    return <Problem header="The Insights settings could not be read" error={insights.error} onRetry={() => void insights.refetch()} />
  return <InsightsOf store={store} title={title} region={region} insights={insights.data} />
}

function InsightsOf({ store, title, region, insights }: Props & { insights: GetInsightSelectorsResponse | null }) {
  const [value, setValue] = useState<InsightsChoice>(() => ({
    on: insights !== null,
    destination: insights?.InsightsDestination ?? '',
    types: insights ? fromInsights(insights.InsightSelectors ?? []) : { rate: true, errors: true },
  }))
  const { on, destination, types } = value
  const wrong = checkCapture(value, selectionOf(store))
  const [tried, setTried] = useState(false)
  const { save, saving, error, back } = useSaving(useEdited(store), () =>
    cloudtrail(
      'PutInsightSelectors',
      {
        EventDataStore: store.EventDataStoreArn!,
        InsightSelectors: on ? toInsights(types) : [],
        ...(on && { InsightsDestination: destination }),
      },
      { region },
    ),
  )
  return (
    <EditForm title={title} onCancel={back} saving={saving} error={error} wrong={!!wrong} onTry={() => setTried(true)} onSave={save}>
      <Container header={<Header variant="h2">Insights events</Header>}>
        <InsightsCapture value={value} onChange={setValue} error={tried ? wrong : undefined} />
      </Container>
    </EditForm>
  )
}

function EditEnrichment({ store, title, region }: Props) {
  const configuration = useFresh(useConfiguration(store, region))
  if (configuration.isPending) return <Loading />
  if (configuration.error)
    return (
      <Problem
        header="The event configuration could not be read"
        error={configuration.error}
        onRetry={() => void configuration.refetch()}
      />
    )
  return <EnrichmentOf store={store} title={title} region={region} enrichment={fromConfiguration(configuration.data)} />
}

function EnrichmentOf({ store, title, region, enrichment }: Props & { enrichment: Enrichment }) {
  const [value, setValue] = useState(enrichment)
  const errors = checkEnrichment(value)
  const { save, saving, error, back } = useSaving(useEdited(store), () =>
    cloudtrail('PutEventConfiguration', toConfiguration(store.EventDataStoreArn!, value), { region }),
  )
  return (
    <EditForm title={title} onCancel={back} saving={saving} error={error} wrong={Object.keys(errors).length > 0} onSave={save}>
      <EnrichFields value={value} onChange={setValue} errors={errors} />
    </EditForm>
  )
}
