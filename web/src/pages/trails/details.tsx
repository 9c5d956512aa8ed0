import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import ContentLayout from '@cloudscape-design/components/content-layout'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import Tabs from '@cloudscape-design/components/tabs'
import { useState, type ReactNode } from 'react'
import { useParams } from 'react-router'
import { useTags } from '~/api/tags'
import type { Trail } from '~/api/operations.gen'
import { Copyable } from '~/components/copyable'
import { Loading } from '~/components/loading'
import { Problem } from '~/components/problem'
import { fromGiven } from '~/components/selectors/selection'
import { DataSummary, ManagementSummary, NetworkSummary, SelectorsJson } from '~/components/selectors/summary'
import { TagsTable } from '~/components/tags'
import { useParam } from '~/lib/params'
import { shown } from '~/lib/text'
import { hrefOf, useFollow, useGo } from '~/shell/link'
import { usePage } from '~/shell/page'
import { useRegion, useSession } from '~/shell/session'
import { DeleteTrail, StopLogging, useStartLogging } from './actions'
import { useRefresh, useStatus, useTrail, useTrailInsights, useTrailSelectors } from './api'
import { locationOf } from './form'
import { insightLabels } from './insights'
import { NoTrail } from './no-trail'
import { TrailStatus } from './status-panel'
import { useValidation } from './use-validation'
import { Validation } from './validation'

// Details is the page of one trail.
export default function Details() {
  const { name = '' } = useParams()
  usePage({ title: name, trail: [{ text: 'Trails', href: hrefOf('/trails') }] })
  const [region] = useRegion()
  const { data: trail, isPending, error, refetch } = useTrail(name, region)
  if (isPending) return <Loading />
  if (error) return <Problem header="The trail could not be read" error={error} onRetry={() => void refetch()} />
  if (!trail) return <NoTrail name={name} region={region} />
  return <TrailPage key={trail.TrailARN} trail={trail} />
}

function TrailPage({ trail }: { trail: Trail }) {
  const go = useGo()
  const refresh = useRefresh()
  const status = useStatus(trail)
  const { start, starting } = useStartLogging(trail)
  const validation = useValidation(trail)
  const [dialog, setDialog] = useState<'delete' | 'stop' | null>(null)
  const [tab, setTab] = useParam('tab', 'details')
  const [region] = useRegion()
  const logging = status.data?.IsLogging
  const unknown = !status.data && !!status.error
  const close = () => setDialog(null)
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button iconName="refresh" ariaLabel="Refresh" onClick={() => void refresh()} />
              <Button onClick={() => setDialog('delete')}>Delete</Button>
              {unknown && (
                <Button loading={starting} onClick={start}>
                  Start logging
                </Button>
              )}
              {/* One button, which keeps the focus when it changes. */}
              <Button
                loading={!unknown && starting}
                disabled={logging === undefined && !unknown}
                onClick={logging === false ? start : () => setDialog('stop')}
              >
                {logging === false ? 'Start logging' : 'Stop logging'}
              </Button>
            </SpaceBetween>
          }
        >
          {trail.Name}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {trail.HomeRegion !== region && (
          <Alert type="info">
            The home Region of this trail is {trail.HomeRegion}. It shows in all Regions; changes made here are made in its home Region.
          </Alert>
        )}
        <Tabs
          activeTabId={tab === 'validation' ? tab : 'details'}
          onChange={({ detail }) => setTab(detail.activeTabId)}
          tabs={[
            {
              id: 'details',
              label: 'Details',
              content: (
                <Sections
                  trail={trail}
                  status={<TrailStatus trail={trail} status={status.data} error={status.error} onRetry={() => void refresh()} />}
                />
              ),
            },
            { id: 'validation', label: 'Log file validation', content: <Validation trail={trail} validation={validation} /> },
          ]}
        />
      </SpaceBetween>
      {dialog === 'delete' && <DeleteTrail trail={trail} onDismiss={close} onDone={() => go('/trails')} />}
      {dialog === 'stop' && <StopLogging trail={trail} onDismiss={close} onDone={close} />}
    </ContentLayout>
  )
}

function Sections({ trail, status }: { trail: Trail; status: ReactNode }) {
  const { account } = useSession()
  const follow = useFollow()
  const selectors = useTrailSelectors(trail)
  const insights = useTrailInsights(trail)
  const tags = useTags(trail.TrailARN, trail.HomeRegion!)
  const selection = selectors.data && fromGiven(selectors.data)
  const section = (title: string, id: string, children: ReactNode) => (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button
              ariaLabel={`Edit ${title}`}
              href={hrefOf(`/trails/${encodeURIComponent(trail.Name!)}/edit/${id}?region=${trail.HomeRegion}`)}
              onFollow={follow}
            >
              Edit
            </Button>
          }
        >
          {title}
        </Header>
      }
    >
      {children}
    </Container>
  )
  const events = (show: (s: NonNullable<typeof selection>) => ReactNode) =>
    selectors.error ? (
      <Problem error={selectors.error} onRetry={() => void selectors.refetch()} />
    ) : selection ? (
      show(selection)
    ) : (
      <StatusIndicator type="loading">Loading</StatusIndicator>
    )
  return (
    <SpaceBetween size="l">
      {status}
      {section('General details', 'general', <GeneralDetails trail={trail} account={account} />)}
      {section(
        'CloudWatch Logs',
        'logs',
        trail.CloudWatchLogsLogGroupArn ? (
          <KeyValuePairs
            columns={2}
            items={[
              { label: 'Log group', value: shown(trail.CloudWatchLogsLogGroupArn) },
              { label: 'IAM role', value: shown(trail.CloudWatchLogsRoleArn) },
            ]}
          />
        ) : (
          'No CloudWatch Logs log groups are configured for this trail.'
        ),
      )}
      {section(
        'Tags',
        'tags',
        tags.error ? (
          <Problem error={tags.error} onRetry={() => void tags.refetch()} />
        ) : (
          <TagsTable tags={tags.data} loading={tags.isPending} />
        ),
      )}
      {section(
        'Management events',
        'management',
        events((s) => <ManagementSummary value={s.management} />),
      )}
      {section(
        'Data events',
        'data',
        events((s) => <DataSummary value={s} />),
      )}
      {section(
        'Network activity events',
        'network',
        events((s) => <NetworkSummary value={s} />),
      )}
      {section(
        'Insights events',
        'insights',
        insights.error ? (
          <Problem error={insights.error} onRetry={() => void insights.refetch()} />
        ) : (
          <KeyValuePairs
            columns={1}
            items={[{ label: 'Insights types', value: insights.data?.map((i) => insightLabels[i.InsightType!]).join(', ') || 'Disabled' }]}
          />
        ),
      )}
      {selection && (
        <Container>
          <SelectorsJson value={selection} />
        </Container>
      )}
    </SpaceBetween>
  )
}

function GeneralDetails({ trail, account }: { trail: Trail; account: string }) {
  const location = locationOf(trail, account)
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: 'Trail name', value: shown(trail.Name) },
        { label: 'Trail ARN', value: <Copyable text={trail.TrailARN!} what="the ARN" /> },
        { label: 'Home Region', value: trail.HomeRegion },
        { label: 'Multi-Region trail', value: trail.IsMultiRegionTrail ? 'Yes' : 'No' },
        { label: 'Apply trail to my organization', value: trail.IsOrganizationTrail ? 'Enabled' : 'Not enabled' },
        { label: 'Trail log location', value: <Copyable text={location} what="the location" /> },
        { label: 'Log file validation', value: trail.LogFileValidationEnabled ? 'Enabled' : 'Disabled' },
        { label: 'Log file SSE-KMS encryption', value: trail.KmsKeyId ? shown(trail.KmsKeyId) : 'Not enabled' },
        { label: 'SNS notification delivery', value: trail.SnsTopicARN ? shown(trail.SnsTopicARN) : 'Disabled' },
      ]}
    />
  )
}
