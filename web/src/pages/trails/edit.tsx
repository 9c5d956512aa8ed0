import Alert from '@cloudscape-design/components/alert'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import { useState, type ReactNode } from 'react'
import { useParams } from 'react-router'
import { createBucket, permitBucket } from '~/api/buckets'
import { cloudtrail } from '~/api/client'
import { messageOf } from '~/api/errors'
import type { InsightSelector, Trail } from '~/api/operations.gen'
import { EditForm, useSaving, type Edited } from '~/components/edit-form'
import { EditTags } from '~/components/edit-tags'
import { Loading } from '~/components/loading'
import { Problem } from '~/components/problem'
import { useCatalogue } from '~/components/selectors/catalogue'
import { newSelector } from '~/components/selectors/draft'
import { EventsForm, type Part } from '~/components/selectors/events-form'
import { fromGiven, toGiven, type Given, type Selection } from '~/components/selectors/selection'
import { checkSelection, hasProblems } from '~/components/selectors/selection-check'
import { unchanged } from '~/lib/unchanged'
import { useFresh } from '~/lib/fresh'
import { visible } from '~/lib/text'
import { hrefOf } from '~/shell/link'
import { usePage } from '~/shell/page'
import { useRegion, useSession } from '~/shell/session'
import NotFound from '../not-found'
import { useRefresh, useTrail, useTrailInsights, useTrailSelectors } from './api'
import { General, Logs } from './attributes'
import { attributesOf, checkAttributes, fieldOf, suggestBucket, updateGeneral, updateLogs, type Attributes, type Errors } from './form'
import { checkInsights, fromInsights, toInsights } from './insights'
import { InsightsFields } from './insights-fields'
import { trailPath } from './list'
import { NoTrail } from './no-trail'

const titles: Record<string, string> = {
  general: 'Edit general details',
  logs: 'Edit CloudWatch Logs',
  tags: 'Edit tags',
  management: 'Edit management events',
  data: 'Edit data events',
  network: 'Edit network activity events',
  insights: 'Edit Insights events',
}

// Edit is the page that changes one section of a trail.
export default function Edit() {
  const { name = '', section = '' } = useParams()
  const [region] = useRegion()
  const title = titles[section]
  usePage({
    title: title ?? 'Edit',
    contentType: 'form',
    trail: [
      { text: 'Trails', href: hrefOf('/trails') },
      { text: name, href: hrefOf(`/trails/${encodeURIComponent(name)}`) },
    ],
  })
  const { data: trail, isPending, error, refetch } = useFresh(useTrail(name, region))
  if (!title) return <NotFound />
  if (isPending) return <Loading />
  if (error) return <Problem header="The trail could not be read" error={error} onRetry={() => void refetch()} />
  if (!trail) return <NoTrail name={name} region={region} />
  if (section === 'general' || section === 'logs') return <EditAttributes trail={trail} title={title} section={section} />
  if (section === 'tags') return <TagsOf trail={trail} title={title} />
  if (section === 'insights') return <EditInsights trail={trail} title={title} />
  return <EditEvents trail={trail} title={title} part={section as Part} />
}

interface Props {
  trail: Trail
  title: string
}

function useEdited(trail: Trail): Edited {
  return { done: `Trail ${trail.Name} updated`, page: trailPath(trail), refresh: useRefresh() }
}

function EditAttributes({ trail, title, section }: Props & { section: 'general' | 'logs' }) {
  const { account } = useSession()
  const region = trail.HomeRegion!
  const [before] = useState(trail)
  const [value, setValue] = useState<Attributes>(() => attributesOf(before))
  const [tried, setTried] = useState(false)
  const [bucketMade, setBucketMade] = useState('')
  const errors = checkAttributes(value, region, account)
  const { save, saving, error, back } = useSaving(useEdited(trail), async () => {
    if (section === 'logs') return cloudtrail('UpdateTrail', updateLogs(trail, value, account), { region })
    if (value.newBucket) {
      const bucket = { name: value.bucket, purpose: 'trail' as const, prefix: value.prefix || undefined, trailName: trail.Name }
      await (bucketMade === bucket.name ? permitBucket : createBucket)(region, bucket)
      setBucketMade(bucket.name)
    }
    return cloudtrail('UpdateTrail', updateGeneral(before, value), { region })
  })
  const field = fieldOf(error)
  const shownErrors: Errors = { ...(tried ? errors : {}), ...(field ? { [field]: visible(messageOf(error)) } : {}) }
  const change = (next: Partial<Attributes>) => {
    // A new bucket wants a name of its own, and going back the one that is there.
    if (next.newBucket !== undefined) next = { ...next, bucket: next.newBucket ? suggestBucket(account) : (trail.S3BucketName ?? '') }
    setValue((old) => ({ ...old, ...next }))
  }
  const ours = section === 'logs' ? [errors.group, errors.role] : [errors.bucket, errors.prefix, errors.key, errors.topic]
  const part = { value, onChange: change, errors: shownErrors, existing: true, region }
  return (
    <EditForm
      title={title}
      wrong={ours.some(Boolean)}
      onTry={() => setTried(true)}
      onSave={save}
      onCancel={back}
      saving={saving}
      error={error}
    >
      {section === 'logs' ? <Logs {...part} /> : <General {...part} />}
    </EditForm>
  )
}

function TagsOf({ trail, title }: Props) {
  return <EditTags arn={trail.TrailARN!} region={trail.HomeRegion!} title={title} edited={useEdited(trail)} />
}

function EditInsights({ trail, title }: Props) {
  const insights = useFresh(useTrailInsights(trail))
  const selectors = useFresh(useTrailSelectors(trail))
  if (insights.isPending || selectors.isPending) return <Loading />
  const error = insights.error ?? selectors.error
  if (error) {
    const retry = () => (insights.error ? insights : selectors).refetch()
    return <Problem header="The events of the trail could not be read" error={error} onRetry={() => void retry()} />
  }
  return <InsightsOf trail={trail} title={title} insights={insights.data ?? []} selection={fromGiven(selectors.data!)} />
}

function InsightsOf({ trail, title, insights, selection }: Props & { insights: InsightSelector[]; selection: Selection }) {
  const [value, setValue] = useState(() => fromInsights(insights))
  const wrong = checkInsights(value, selection)
  const { save, saving, error, back } = useSaving(useEdited(trail), () =>
    cloudtrail('PutInsightSelectors', { TrailName: trail.TrailARN!, InsightSelectors: toInsights(value) }, { region: trail.HomeRegion! }),
  )
  return (
    <EditForm title={title} onCancel={back} saving={saving} error={error} wrong={!!wrong} onSave={save}>
      <Container header={<Header variant="h2">Insights events</Header>}>
        <InsightsFields value={value} onChange={setValue} error={wrong} />
      </Container>
    </EditForm>
  )
}

function EditEvents({ trail, title, part }: Props & { part: Part }) {
  const selectors = useFresh(useTrailSelectors(trail))
  if (selectors.isPending) return <Loading />
  if (selectors.error)
    return <Problem header="The events of the trail could not be read" error={selectors.error} onRetry={() => void selectors.refetch()} />
  return <EventsOf trail={trail} title={title} part={part} given={selectors.data} />
}

function EventsOf({ trail, title, part, given }: Props & { part: Part; given: Given }) {
  const { catalogue } = useCatalogue()
  const [value, setValue] = useState<Selection>(() => begin(fromGiven(given), part))
  const [tried, setTried] = useState(false)
  const problems = checkSelection(value, catalogue.withoutARN)
  const TrailName = trail.TrailARN!
  const region = trail.HomeRegion!
  const [was] = useState(given)
  // All sections of events are one setting.
  const { save, saving, error, back } = useSaving(useEdited(trail), async () => {
    await unchanged('What the trail logs', was, () => cloudtrail('GetEventSelectors', { TrailName }, { region }))
    return cloudtrail('PutEventSelectors', { TrailName, ...toGiven(value) }, { region })
  })
  let warning: ReactNode
  if (!value.basic && given.EventSelectors?.some((s) => s.DataResources?.length)) {
    warning = (
      <Alert type="info">
        This trail had basic event selectors. Saving replaces them by advanced event selectors, which select the same events and what you
        add.
      </Alert>
    )
  }
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
      {warning}
      <EventsForm value={value} onChange={setValue} target="trail" parts={[part]} problems={tried ? problems : undefined} toggle />
    </EditForm>
  )
}

// begin opens the part that is edited: a trail with the usual basic selectors is
// shown with advanced ones, which can say more.
function begin(s: Selection, part: Part): Selection {
  const next = s.basic && s.basicData.length === 0 ? { ...s, basic: false } : s
  if (part === 'network' && !next.basic && next.network.length === 0) return { ...next, network: [newSelector('NetworkActivity')] }
  if (part === 'data' && !next.basic && next.data.length === 0) return { ...next, data: [newSelector('Data')] }
  return next
}
