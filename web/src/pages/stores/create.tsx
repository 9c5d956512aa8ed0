import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Wizard from '@cloudscape-design/components/wizard'
import { useRef, useState } from 'react'
import { adviceFor, messageOf } from '~/api/errors'
import { useCatalogue } from '~/components/selectors/catalogue'
import { allManagement } from '~/components/selectors/selection'
import { checkSelection, hasProblems } from '~/components/selectors/selection-check'
import { PartError } from '~/lib/parts'
import { visible } from '~/lib/text'
import { hrefOf, PageLink, useGo } from '~/shell/link'
import { useNotify } from '~/shell/notifications'
import { usePage } from '~/shell/page'
import { useRegion, useSession } from '~/shell/session'
import { noType, toInsights } from '../trails/insights'
import { idOf, maxStores, useRefresh, useStoreNames } from './api'
import { checkChannel, newChannel } from './channel-fields'
import { makeStore, stands, type Made, type Part } from './creation'
import { EnrichFields } from './enrich'
import { checkEnrichment, noEnrichment } from './enrichment'
import { captures, EventsStep, type EventsDraft, type EventsProblems } from './events-step'
import { Configure } from './fields'
import { checkCopy, copyFieldOf, newCopy } from './import-form'
import { checkCapture } from './insights'
import { checkGeneral, fieldOf, newGeneral, type Errors, type Field, type General } from './model'
import { Review } from './review'

const pageOf: Record<Part, number> = {
  store: 0,
  policy: 0,
  configuration: 2,
  insights: 1,
  sources: 1,
  channel: 1,
  'channel-policy': 1,
  copy: 1,
}

// Create is the wizard that makes an event data store.
export default function Create() {
  usePage({
    title: 'Create event data store',
    trail: [{ text: 'Event data stores', href: hrefOf('/event-data-stores') }],
    contentType: 'wizard',
  })
  const { account } = useSession()
  const [region] = useRegion()
  const { catalogue } = useCatalogue()
  const { notify } = useNotify()
  const go = useGo()
  const refresh = useRefresh()

  const [step, setStep] = useState(0)
  const [general, setGeneral] = useState<General>(newGeneral)
  const [events, setEvents] = useState<EventsDraft>(() => ({
    kind: 'events',
    selection: allManagement(),
    insights: { on: false, destination: '', types: { rate: true, errors: true } },
    sources: { stores: [], types: { rate: true, errors: true } },
    copyOn: false,
    copy: newCopy(region, account),
    channel: newChannel(),
  }))
  const [enrichment, setEnrichment] = useState(noEnrichment)
  const [visited, setVisited] = useState<number[]>([])
  const [touched, setTouched] = useState<Field[]>([])
  const [saving, setSaving] = useState(false)
  const [failure, setFailure] = useState<PartError<Part> | null>(null)
  const made = useRef<Made>({ done: {} })

  const { data: stores = [] } = useStoreNames(region)
  const errors = checkGeneral(general)
  const problems = checkEvents(events, catalogue.withoutARN)
  const enrichmentErrors = checkEnrichment(enrichment)
  const ofEvents = events.kind === 'events'
  const last = ofEvents ? 3 : 2
  const wrong = [
    Object.keys(errors).length > 0,
    !!(problems.selection && hasProblems(problems.selection)) ||
      !!problems.insights ||
      Object.keys({ ...problems.copy, ...problems.channel }).length > 0,
    ofEvents && Object.keys(enrichmentErrors).length > 0,
  ]

  const changeGeneral = (change: Partial<General>) => {
    setGeneral((old) => ({ ...old, ...change }))
    setTouched((old) => [...old, ...(Object.keys(change) as Field[])])
    setFailure(null)
  }
  const changeEvents = (change: Partial<EventsDraft>) => {
    setEvents((old) => ({ ...old, ...change }))
    setFailure(null)
  }
  const shownErrors: Errors = Object.fromEntries(
    Object.entries(errors).filter(([field]) => visited.includes(0) || touched.includes(field as Field)),
  )
  const shownProblems: EventsProblems = visited.includes(1) ? problems : { copy: {}, channel: {} }
  const failedField = failure && fieldOf(failure.cause)
  if (failedField) shownErrors[failedField] = visible(messageOf(failure.cause))
  const copyField = failure?.part === 'copy' && copyFieldOf(failure.cause)
  if (copyField) shownProblems.copy = { ...shownProblems.copy, [copyField]: visible(messageOf(failure!.cause)) }

  const submit = async () => {
    setVisited([0, 1, 2])
    const first = wrong.findIndex(Boolean)
    if (first >= 0) return setStep(first)
    setSaving(true)
    setFailure(null)
    const { insights, sources, copy, channel } = events
    try {
      const arn = await makeStore(
        {
          general,
          kind: events.kind,
          selection: events.selection,
          enrichment,
          region,
          ...(captures(events) && { insights: { destination: insights.destination, selectors: toInsights(insights.types) } }),
          ...(events.kind === 'insights' &&
            sources.stores.length && { sources: { stores: sources.stores, selectors: toInsights(sources.types) } }),
          ...(ofEvents && events.copyOn && { copy }),
          ...(events.kind === 'integrations' && { channel }),
        },
        made.current,
      )
      notify({ type: 'success', header: `Event data store ${general.name} created` })
      await refresh()
      go(made.current.copy ? `/imports/${made.current.copy}` : `/event-data-stores/${idOf(arn)}`, { replace: true })
    } catch (error) {
      const failed = error as PartError<Part>
      setFailure(failed)
      if (failed.part !== 'store' || fieldOf(failed.cause)) setStep(pageOf[failed.part])
      await refresh()
    } finally {
      setSaving(false)
    }
  }

  const steps = [
    {
      title: 'Configure event data store',
      content: (
        <SpaceBetween size="l">
          {stores.length >= maxStores && !made.current.arn && (
            <Alert type="warning" header={`This account has ${stores.length} event data stores in ${region}, and cannot have more`}>
              Those that are pending deletion count until they are gone, seven days after they were deleted. Delete one, or change one that
              is there.
            </Alert>
          )}
          <Configure value={general} onChange={changeGeneral} errors={shownErrors} />
        </SpaceBetween>
      ),
    },
    {
      title: 'Choose events',
      content: <EventsStep value={events} onChange={changeEvents} general={general} onGeneral={changeGeneral} problems={shownProblems} />,
    },
    ...(ofEvents
      ? [
          {
            title: 'Enrich events',
            isOptional: true,
            content: <EnrichFields value={enrichment} onChange={setEnrichment} errors={enrichmentErrors} />,
          },
        ]
      : []),
    { title: 'Review and create', content: <Review general={general} events={events} enrichment={enrichment} onEdit={setStep} /> },
  ]
  const failed = failure && <Failure failure={failure} made={made.current} name={general.name} />
  return (
    <Wizard
      activeStepIndex={Math.min(step, last)}
      isLoadingNextStep={saving}
      submitButtonText="Create event data store"
      onCancel={() => go('/event-data-stores')}
      onSubmit={() => void submit()}
      onNavigate={({ detail: { requestedStepIndex, reason } }) => {
        if (reason === 'next') {
          setVisited((old) => [...old, step])
          if (wrong[step] && step < last) return
        }
        setStep(requestedStepIndex)
      }}
      steps={steps.map((s, i) => ({
        ...s,
        errorText: (i < last && visited.includes(i) && wrong[i] && 'Correct what is marked above.') || failed,
      }))}
    />
  )
}

function checkEvents(e: EventsDraft, withoutARN: string[]): EventsProblems {
  const out: EventsProblems = { copy: {}, channel: {} }
  if (e.kind === 'integrations') out.channel = checkChannel(e.channel)
  if (e.kind === 'insights' && e.sources.stores.length && !toInsights(e.sources.types).length) out.insights = noType
  if (e.kind !== 'events') return out
  out.selection = checkSelection(e.selection, withoutARN)
  if (e.copyOn) out.copy = checkCopy(e.copy)
  if (captures(e)) out.insights = checkCapture(e.insights, e.selection)
  return out
}

function Failure({ failure, made, name }: { failure: PartError<Part>; made: Made; name: string }) {
  const advice = adviceFor(failure.cause)
  return (
    <SpaceBetween size="xxs">
      <b>{stands(failure.part, name)}</b>
      <div>{visible(messageOf(failure.cause))}</div>
      {advice && <div>{advice}</div>}
      {made.arn && (
        <Box margin={{ top: 'xs' }}>
          <PageLink to={`/event-data-stores/${idOf(made.arn)}`}>Open the event data store as it is</PageLink>
        </Box>
      )}
    </SpaceBetween>
  )
}
