import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import ContentLayout from '@cloudscape-design/components/content-layout'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import type { ReactNode } from 'react'
import { useParams } from 'react-router'
import { useTags } from '~/api/tags'
import { Copyable } from '~/components/copyable'
import { Json } from '~/components/json'
import { Loading } from '~/components/loading'
import { Problem } from '~/components/problem'
import { DataSummary, ManagementSummary, NetworkSummary, SelectorsJson } from '~/components/selectors/summary'
import { Stale } from '~/components/stale'
import { TagsTable } from '~/components/tags'
import { Time } from '~/components/time'
import { shown } from '~/lib/text'
import { hrefOf, PageLink, useFollow } from '~/shell/link'
import { usePage } from '~/shell/page'
import { useRegion } from '~/shell/session'
import { insightLabels } from '../trails/insights'
import { StoreActions } from './actions'
import { idOf, useChannelDetails, useChannels, useConfiguration, usePolicy, useStore, useStoreInsights, type Store } from './api'
import { fromConfiguration } from './enrichment'
import { ImportsTable } from './imports-table'
import { kindLabels, kindOf, pricing, selectionOf, statusTexts, years } from './model'
import { partnerOf } from './partners'
import { StoreStatus } from './status'

// Details is the page of one event data store.
export default function Details() {
  const { id = '' } = useParams()
  const [region] = useRegion()
  const query = useStore(id, region)
  const { data: store, error, refetch } = query
  usePage({ title: store?.Name ?? id, trail: [{ text: 'Event data stores', href: hrefOf('/event-data-stores') }] })
  const follow = useFollow()
  if (error && !store) {
    return (
      <SpaceBetween size="m">
        <Problem header="The event data store could not be read" error={error} onRetry={() => void refetch()} />
        <PageLink to="/event-data-stores">Go to the event data stores</PageLink>
      </SpaceBetween>
    )
  }
  if (!store) return <Loading />
  const pending = store.Status === 'PENDING_DELETION'
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button iconName="refresh" ariaLabel="Refresh" onClick={() => void refetch()} />
              {!pending && (
                <Button href={hrefOf('/query?sql=' + encodeURIComponent(sampleQuery(store)))} onFollow={follow}>
                  Query
                </Button>
              )}
              <StoreActions store={store} />
            </SpaceBetween>
          }
        >
          {store.Name}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {pending && (
          <Alert type="warning" header="This event data store is pending deletion">
            {statusTexts.PENDING_DELETION.means} Deleted: <Time value={store.UpdatedTimestamp} />.
          </Alert>
        )}
        <Stale query={query} onRetry={() => void refetch()} />
        <GeneralDetails store={store} />
        <Sections store={store} region={region} pending={pending} />
      </SpaceBetween>
    </ContentLayout>
  )
}

// sampleQuery is a statement to begin with.
function sampleQuery(store: Store): string {
  const columns = kindOf(store) === 'events' ? 'eventTime, eventSource, eventName, userIdentity.arn, sourceIPAddress' : '*'
  return `SELECT ${columns}\nFROM ${idOf(store.EventDataStoreArn)}\nORDER BY eventTime DESC\nLIMIT 10`
}

interface SectionProps {
  store: Store
  title: string
  id: string
  children: ReactNode
}

function Section({ store, title, id, children }: SectionProps) {
  const follow = useFollow()
  const edit = store.Status !== 'PENDING_DELETION' && (
    <Button ariaLabel={`Edit ${title}`} href={hrefOf(`/event-data-stores/${idOf(store.EventDataStoreArn)}/edit/${id}`)} onFollow={follow}>
      Edit
    </Button>
  )
  return (
    <Container
      header={
        <Header variant="h2" actions={edit}>
          {title}
        </Header>
      }
    >
      {children}
    </Container>
  )
}

function GeneralDetails({ store }: { store: Store }) {
  const days = store.RetentionPeriod ?? 0
  return (
    <Section store={store} title="General details" id="general">
      <KeyValuePairs
        columns={3}
        items={[
          { label: 'Event data store name', value: shown(store.Name) },
          { label: 'Event data store ARN', value: <Copyable text={store.EventDataStoreArn!} what="the ARN" /> },
          {
            label: 'Event data store ID',
            value: <Copyable text={idOf(store.EventDataStoreArn)} what="the ID, which is the name of its table" />,
          },
          { label: 'Status', value: <StoreStatus status={store.Status} /> },
          { label: 'Event type', value: kindLabels[kindOf(store)] },
          { label: 'Pricing option', value: store.BillingMode ? pricing[store.BillingMode].label : '-' },
          { label: 'Retention period', value: `${days} days (${years(days)})` },
          { label: 'Regions', value: store.MultiRegionEnabled ? 'All Regions' : 'Current Region only' },
          { label: 'Multi-account', value: store.OrganizationEnabled ? 'Enabled' : 'Not enabled' },
          { label: 'Termination protection', value: store.TerminationProtectionEnabled ? 'Enabled' : 'Disabled' },
          { label: 'AWS KMS key', value: store.KmsKeyId ? shown(store.KmsKeyId) : '-' },
          { label: 'Federation status', value: store.FederationStatus === 'ENABLED' ? 'Enabled' : 'Disabled' },
          { label: 'Created', value: <Time value={store.CreatedTimestamp} /> },
          { label: 'Last updated', value: <Time value={store.UpdatedTimestamp} /> },
        ]}
      />
    </Section>
  )
}

function Sections({ store, region, pending }: { store: Store; region: string; pending: boolean }) {
  const policy = usePolicy(store.EventDataStoreArn!, region)
  const tags = useTags(store.EventDataStoreArn, region, !pending)
  const kind = kindOf(store)
  const section = (title: string, id: string, children: ReactNode) => (
    <Section store={store} title={title} id={id}>
      {children}
    </Section>
  )
  return (
    <SpaceBetween size="l">
      {kind === 'events' && <CloudTrailEvents store={store} region={region} pending={pending} section={section} />}
      {kind === 'integrations' && <Integrations store={store} region={region} />}
      {section(
        'Resource policy',
        'policy',
        <Loaded query={policy}>
          {policy.data ? (
            <Json text={policy.data} label="Resource policy" />
          ) : (
            'No resource policy. Principals of this account can use the event data store as their own policies allow.'
          )}
        </Loaded>,
      )}
      {!pending &&
        section(
          'Tags',
          'tags',
          tags.error ? (
            <Problem error={tags.error} onRetry={() => void tags.refetch()} />
          ) : (
            <TagsTable tags={tags.data} loading={tags.isPending} />
          ),
        )}
      {kind === 'events' && <ImportsTable destination={store.EventDataStoreArn} embedded />}
    </SpaceBetween>
  )
}

interface Query {
  isPending: boolean
  error: unknown
  refetch: () => unknown
}

function Loaded({ query, children }: { query: Query; children: ReactNode }) {
  if (query.error) return <Problem error={query.error} onRetry={() => void query.refetch()} />
  return query.isPending ? <StatusIndicator type="loading">Loading</StatusIndicator> : children
}

interface PartProps {
  store: Store
  region: string
  pending: boolean
  section: (title: string, id: string, children: ReactNode) => ReactNode
}

function CloudTrailEvents({ store, region, pending, section }: PartProps) {
  const selection = selectionOf(store)
  const configuration = useConfiguration(store, region)
  const insights = useStoreInsights(store, region)
  const enrichment = configuration.data && fromConfiguration(configuration.data)
  return (
    <SpaceBetween size="l">
      {section('Management events', 'management', <ManagementSummary value={selection.management} />)}
      {section('Data events', 'data', <DataSummary value={selection} />)}
      {section('Network activity events', 'network', <NetworkSummary value={selection} />)}
      <Container>
        <SelectorsJson value={selection} />
      </Container>
      {!pending &&
        section(
          'Insights events',
          'insights',
          <Loaded query={insights}>
            <KeyValuePairs
              columns={2}
              items={[
                {
                  label: 'Insights types',
                  value: insights.data?.InsightSelectors?.map((i) => insightLabels[i.InsightType!]).join(', ') || 'Disabled',
                },
                {
                  label: 'Destination event data store',
                  value: insights.data?.InsightsDestination ? (
                    <PageLink to={`/event-data-stores/${idOf(insights.data.InsightsDestination)}`}>
                      {idOf(insights.data.InsightsDestination)}
                    </PageLink>
                  ) : (
                    '-'
                  ),
                },
              ]}
            />
          </Loaded>,
        )}
      {!pending &&
        section(
          'Enrich events, expand event size',
          'enrich',
          <Loaded query={configuration}>
            <KeyValuePairs
              columns={3}
              items={[
                { label: 'Resource tag keys', value: shown(enrichment?.tagKeys.join(', '), 5000) },
                { label: 'IAM global condition keys', value: shown(enrichment?.conditionKeys.join(', '), 5000) },
                { label: 'Maximum event size', value: enrichment?.large ? '1 MB' : '256 KB' },
              ]}
            />
          </Loaded>,
        )}
    </SpaceBetween>
  )
}

function Integrations({ store, region }: { store: Store; region: string }) {
  const channels = useChannels(region)
  const details = useChannelDetails(channels.data?.map((c) => c.ChannelArn!) ?? [], region)
  const unread = details.find((d) => d.error && !d.data) ?? details.find((d) => d.isPending)
  const mine = details.flatMap((d) => (d.data?.Destinations?.some((to) => to.Location === store.EventDataStoreArn) ? [d.data] : []))
  return (
    <Container
      header={
        <Header variant="h2" description="The channels that deliver events here. The event data store cannot be deleted before they are.">
          Integrations
        </Header>
      }
    >
      <Loaded query={unread ?? channels}>
        {mine.length === 0 ? (
          <>
            No channel delivers here.{' '}
            <PageLink to={`/integrations/create?destination=${idOf(store.EventDataStoreArn)}`}>Add an integration</PageLink>
          </>
        ) : (
          <KeyValuePairs
            columns={2}
            items={mine.map((c) => ({
              label: partnerOf(c.Source).name,
              value: <PageLink to={`/integrations/${idOf(c.ChannelArn)}`}>{shown(c.Name)}</PageLink>,
            }))}
          />
        )}
      </Loaded>
    </Container>
  )
}
