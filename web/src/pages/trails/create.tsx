import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Checkbox from '@cloudscape-design/components/checkbox'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Wizard from '@cloudscape-design/components/wizard'
import { useRef, useState } from 'react'
import { adviceFor, messageOf } from '~/api/errors'
import { useCatalogue } from '~/components/selectors/catalogue'
import { newSelector } from '~/components/selectors/draft'
import { EventsForm, type Part as EventPart } from '~/components/selectors/events-form'
import { allManagement, newBasicData, type Selection } from '~/components/selectors/selection'
import { checkSelection, hasProblems } from '~/components/selectors/selection-check'
import { PartError } from '~/lib/parts'
import { visible } from '~/lib/text'
import { hrefOf, PageLink, useGo } from '~/shell/link'
import { useNotify } from '~/shell/notifications'
import { usePage } from '~/shell/page'
import { useRegion, useSession } from '~/shell/session'
import { maxTrails, useRefresh, useTrails } from './api'
import { General, Logs, Tags } from './attributes'
import { makeTrail, stands, type Made, type Part } from './creation'
import { checkAttributes, fieldOf, newAttributes, type Attributes, type Errors, type Field } from './form'
import { checkWanted, toInsights, type InsightsDraft } from './insights'
import { InsightsFields } from './insights-fields'
import { Review } from './review'

const wizardStep: Record<Part, number> = { bucket: 0, trail: 0, selectors: 1, insights: 1, logging: 2 }

// Create is the wizard that makes a trail.
export default function Create() {
  usePage({ title: 'Create trail', trail: [{ text: 'Trails', href: hrefOf('/trails') }], contentType: 'wizard' })
  const { account, s3Endpoint } = useSession()
  const [region] = useRegion()
  const { notify } = useNotify()
  const go = useGo()
  const refresh = useRefresh()
  const { catalogue } = useCatalogue()

  const [step, setStep] = useState(0)
  const [attributes, setAttributes] = useState<Attributes>(() => newAttributes(account, !!s3Endpoint))
  const [selection, setSelection] = useState<Selection>(allManagement)
  const [insightsOn, setInsightsOn] = useState(false)
  const [insights, setInsights] = useState<InsightsDraft>({ rate: true, errors: true })
  // visited are the steps whose problems are shown; seen fields were touched.
  const [visited, setVisited] = useState<number[]>([])
  const [touched, setTouched] = useState<Field[]>([])
  const [saving, setSaving] = useState(false)
  const [failure, setFailure] = useState<PartError<Part> | null>(null)
  const made = useRef<Made>({ done: {} })

  const { data: trails = [] } = useTrails(region)
  const taken = !made.current.arn && trails.some((t) => t.Name === attributes.name)
  const errors: Errors = {
    ...checkAttributes(attributes, region, account),
    ...(taken && { name: `There is a trail ${attributes.name} already. Choose another name.` }),
  }
  const problems = checkSelection(selection, catalogue.withoutARN)
  const insightsError = insightsOn ? checkWanted(insights, selection) : undefined
  const wrong = [Object.keys(errors).length > 0, hasProblems(problems) || !!insightsError]

  const change = (next: Partial<Attributes>) => {
    setAttributes((old) => ({ ...old, ...next }))
    setTouched((old) => [...old, ...(Object.keys(next) as Field[])])
    setFailure(null)
  }
  const select = (next: Selection) => {
    setSelection(next)
    setFailure(null)
  }
  const shownErrors: Errors = Object.fromEntries(
    Object.entries(errors).filter(([field]) => visited.includes(0) || touched.includes(field as Field)),
  )
  const failedField = failure && fieldOf(failure.cause)
  if (failedField) shownErrors[failedField] = visible(messageOf(failure.cause))

  const submit = async () => {
    setVisited([0, 1])
    if (wrong[0] || wrong[1]) return setStep(wrong[0] ? 0 : 1)
    setSaving(true)
    setFailure(null)
    try {
      await makeTrail({ attributes, selection, insights: insightsOn ? toInsights(insights) : [], region, account }, made.current)
      notify({
        type: 'success',
        header: `Trail ${attributes.name} created`,
        content: 'It is logging. Its first log file comes within about five minutes.',
      })
      await refresh()
      go(`/trails/${encodeURIComponent(attributes.name)}`, { replace: true })
    } catch (error) {
      const failed = error as PartError<Part>
      setFailure(failed)
      if (fieldOf(failed.cause) || failed.part === 'selectors' || failed.part === 'insights') setStep(wizardStep[failed.part])
      await refresh()
    } finally {
      setSaving(false)
    }
  }
  const failed = failure && <Failure failure={failure} made={made.current} name={attributes.name} />

  return (
    <Wizard
      activeStepIndex={step}
      isLoadingNextStep={saving}
      submitButtonText="Create trail"
      onCancel={() => go('/trails')}
      onSubmit={() => void submit()}
      onNavigate={({ detail: { requestedStepIndex, reason } }) => {
        if (reason === 'next') {
          setVisited((old) => [...old, step])
          if (wrong[step]) return
        }
        setStep(requestedStepIndex)
      }}
      steps={[
        {
          title: 'Choose trail attributes',
          errorText: (visited.includes(0) && wrong[0] && 'Correct the fields above.') || failed,
          content: (
            <SpaceBetween size="l">
              {trails.length >= maxTrails && !made.current.arn && (
                <Alert type="warning" header={`This account has ${trails.length} trails in ${region}, and cannot have more`}>
                  A trail for all Regions counts in each of them. Delete one, or change one that is there.
                </Alert>
              )}
              <General value={attributes} onChange={change} errors={shownErrors} region={region} existing={!!made.current.arn} />
              <Logs value={attributes} onChange={change} errors={shownErrors} region={region} />
              <Tags value={attributes} onChange={change} errors={shownErrors} region={region} />
            </SpaceBetween>
          ),
        },
        {
          title: 'Choose log events',
          errorText: (visited.includes(1) && wrong[1] && 'Correct the events above.') || failed,
          content: (
            <SpaceBetween size="l">
              <Kinds
                value={selection}
                onChange={(next) => select({ ...next, unread: undefined })}
                insights={insightsOn}
                onInsights={setInsightsOn}
              />
              <EventsForm
                value={selection}
                onChange={select}
                target="trail"
                parts={partsOf(selection)}
                problems={visited.includes(1) ? problems : undefined}
              />
              {insightsOn && (
                <Container
                  header={
                    <Header variant="h2" description="Unusual rates of calls and of errors.">
                      Insights events
                    </Header>
                  }
                >
                  <InsightsFields value={insights} onChange={setInsights} error={visited.includes(1) ? insightsError : undefined} />
                </Container>
              )}
            </SpaceBetween>
          ),
        },
        {
          title: 'Review and create',
          errorText: failed,
          content: (
            <Review
              attributes={attributes}
              selection={selection}
              insights={insightsOn ? toInsights(insights) : []}
              onEdit={setStep}
              region={region}
            />
          ),
        },
      ]}
    />
  )
}

function partsOf(s: Selection): EventPart[] {
  const data = s.basic ? s.basicData.length > 0 : s.data.length > 0
  return [
    ...(s.management.on ? ['management' as const] : []),
    ...(data ? ['data' as const] : []),
    ...(s.network.length ? ['network' as const] : []),
  ]
}

interface KindsProps {
  value: Selection
  onChange: (value: Selection) => void
  insights: boolean
  onInsights: (on: boolean) => void
}

function Kinds({ value, onChange, insights, onInsights }: KindsProps) {
  const parts = partsOf(value)
  const setData = (on: boolean) =>
    onChange(
      value.basic
        ? { ...value, basicData: on ? [{ ...newBasicData('AWS::S3::Object'), all: { read: true, write: true } }] : [] }
        : { ...value, data: on ? [newSelector('Data')] : [] },
    )
  return (
    <Container
      header={
        <Header variant="h2" description="Choose the type of events that you want to log.">
          Events
        </Header>
      }
    >
      <FormField label="Event type">
        <SpaceBetween size="xs">
          <Checkbox
            checked={value.management.on}
            description="Capture management operations performed on your resources."
            onChange={({ detail }) => onChange({ ...value, management: { ...value.management, on: detail.checked } })}
          >
            Management events
          </Checkbox>
          <Checkbox
            checked={parts.includes('data')}
            description="Log the resource operations performed on or within a resource."
            onChange={({ detail }) => setData(detail.checked)}
          >
            Data events
          </Checkbox>
          <Checkbox
            checked={parts.includes('network')}
            disabled={value.basic}
            description={value.basic ? 'Not with basic event selectors.' : 'Log calls of services through VPC endpoints.'}
            onChange={({ detail }) => onChange({ ...value, network: detail.checked ? [newSelector('NetworkActivity')] : [] })}
          >
            Network activity events
          </Checkbox>
          <Checkbox
            checked={insights}
            description="Identify unusual activity, errors, or user behavior in your account."
            onChange={({ detail }) => onInsights(detail.checked)}
          >
            Insights events
          </Checkbox>
        </SpaceBetween>
      </FormField>
    </Container>
  )
}

function Failure({ failure, made, name }: { failure: PartError<Part>; made: Made; name: string }) {
  const advice = adviceFor(failure.cause)
  return (
    <>
      <b>{stands(failure.part, made, name)}</b>
      <div>{visible(messageOf(failure.cause))}</div>
      {advice && <div>{advice}</div>}
      {made.arn && (
        <Box margin={{ top: 'xs' }}>
          <PageLink to={`/trails/${encodeURIComponent(name)}`}>Open the trail as it is</PageLink>
        </Box>
      )}
    </>
  )
}
