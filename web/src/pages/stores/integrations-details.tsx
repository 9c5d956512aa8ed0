import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import ContentLayout from '@cloudscape-design/components/content-layout'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useParams } from 'react-router'
import { cloudtrail } from '~/api/client'
import type { GetChannelResponse } from '~/api/operations.gen'
import { useTags } from '~/api/tags'
import { Command } from '~/components/command'
import { Confirm } from '~/components/confirm'
import { Copyable } from '~/components/copyable'
import { Json } from '~/components/json'
import { Loading } from '~/components/loading'
import { Problem } from '~/components/problem'
import { Stale } from '~/components/stale'
import { TagsTable } from '~/components/tags'
import { Time } from '~/components/time'
import { shown } from '~/lib/text'
import { hrefOf, PageLink, useFollow, useGo } from '~/shell/link'
import { useNotify } from '~/shell/notifications'
import { usePage } from '~/shell/page'
import { useRegion, useSession } from '~/shell/session'
import { idOf, useChannel, usePolicy, useRefresh, useStoreNames } from './api'
import { fromPolicy } from './channel-policy'
import { explainIngestion, stateOf } from './ingestion'
import { partnerOf } from './partners'

// channelArn is the ARN of a channel of this account.
export const channelArn = (region: string, account: string, id: string) => `arn:aws:cloudtrail:${region}:${account}:channel/${id}`

// Details is the page of one integration.
export default function Details() {
  const { id = '' } = useParams()
  const { account } = useSession()
  const [region] = useRegion()
  const query = useChannel(channelArn(region, account, id), region)
  const { data: channel, error, refetch } = query
  usePage({ title: channel?.Name ?? id, trail: [{ text: 'Integrations', href: hrefOf('/integrations') }] })
  const [deleting, setDeleting] = useState(false)
  if (error && !channel) return <Problem header="The integration could not be read" error={error} onRetry={() => void refetch()} />
  if (!channel) return <Loading />
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button iconName="refresh" ariaLabel="Refresh" onClick={() => void refetch()} />
              <Button onClick={() => setDeleting(true)}>Delete channel</Button>
            </SpaceBetween>
          }
        >
          {channel.Name}
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Stale query={query} onRetry={() => void refetch()} />
        <Sections channel={channel} region={region} account={account} />
      </SpaceBetween>
      {deleting && <Delete channel={channel} region={region} onClose={() => setDeleting(false)} />}
    </ContentLayout>
  )
}

interface Props {
  channel: GetChannelResponse
  region: string
}

function Sections({ channel, region, account }: Props & { account: string }) {
  const arn = channel.ChannelArn!
  const names = useStoreNames(region)
  const policy = usePolicy(arn, region)
  const tags = useTags(arn, region)
  const follow = useFollow()
  const section = (title: string, id: string, children: ReactNode) => (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            <Button ariaLabel={`Edit ${title}`} href={hrefOf(`/integrations/${idOf(arn)}/edit/${id}`)} onFollow={follow}>
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
  const access = policy.data ? fromPolicy(policy.data, arn) : undefined
  return (
    <SpaceBetween size="l">
      {section(
        'Integration details',
        'details',
        <KeyValuePairs
          columns={3}
          items={[
            { label: 'Channel name', value: shown(channel.Name) },
            { label: 'Channel ARN', value: <Copyable text={arn} what="the ARN" /> },
            { label: 'Source', value: partnerOf(channel.Source).name },
          ]}
        />,
      )}
      <Ingestion channel={channel} />
      {section(
        'Event delivery location',
        'destinations',
        <SpaceBetween size="xxs">
          {channel.Destinations?.map(({ Location }) => (
            <PageLink key={Location} to={`/event-data-stores/${idOf(Location)}`}>
              {shown(names.data?.find((s) => s.EventDataStoreArn === Location)?.Name ?? Location)}
            </PageLink>
          ))}
        </SpaceBetween>,
      )}
      {section(
        'Resource policy',
        'policy',
        policy.error ? (
          <Problem error={policy.error} onRetry={() => void policy.refetch()} />
        ) : policy.isPending ? (
          <StatusIndicator type="loading">Loading</StatusIndicator>
        ) : policy.data ? (
          <SpaceBetween size="m">
            {access && (
              <KeyValuePairs
                columns={2}
                items={[
                  { label: 'Accounts that may deliver', value: shown(access.principals.join(', '), 5000) },
                  { label: 'External ID', value: shown(access.externalId) },
                ]}
              />
            )}
            <Json text={policy.data} label="Resource policy" />
          </SpaceBetween>
        ) : (
          'No resource policy: principals of this account alone may deliver, when their own policies allow cloudtrail-data:PutAuditEvents.'
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
      <Container
        header={
          <Header variant="h2" description="With the AWS CLI, and credentials that may call cloudtrail-data:PutAuditEvents.">
            Deliver an event
          </Header>
        }
      >
        <Command text={exampleOf(arn, region, account, access?.externalId)} label="Command that delivers an event" />
      </Container>
    </SpaceBetween>
  )
}

function Ingestion({ channel }: { channel: GetChannelResponse }) {
  const s = channel.IngestionStatus
  const state = stateOf(s)
  return (
    <Container header={<Header variant="h2">Ingestion status</Header>}>
      <SpaceBetween size="m">
        {state === 'failing' && (
          <Alert type="error" header={`The last event was refused: ${s!.LatestIngestionErrorCode}`}>
            {explainIngestion(s)}
          </Alert>
        )}
        <KeyValuePairs
          columns={3}
          items={[
            {
              label: 'Status',
              value: (
                <StatusIndicator type={{ waiting: 'pending' as const, receiving: 'success' as const, failing: 'error' as const }[state]}>
                  {{ waiting: 'Waiting for events', receiving: 'Receiving events', failing: 'Refusing events' }[state]}
                </StatusIndicator>
              ),
            },
            { label: 'Last event taken', value: <Time value={s?.LatestIngestionSuccessTime} /> },
            { label: 'Last event ID', value: shown(s?.LatestIngestionSuccessEventID) },
            { label: 'Last attempt', value: <Time value={s?.LatestIngestionAttemptTime} /> },
            { label: 'Last error', value: shown(s?.LatestIngestionErrorCode) },
          ]}
        />
        {state === 'waiting' && <div>{explainIngestion(s)}</div>}
      </SpaceBetween>
    </Container>
  )
}

function exampleOf(arn: string, region: string, account: string, externalId?: string): string {
  const event = {
    version: '1.0',
    userIdentity: { type: 'CustomUserIdentity', principalId: 'alice' },
    eventSource: 'my-app.example.com',
    eventName: 'SignIn',
    eventTime: new Date().toISOString().slice(0, 19) + 'Z',
    UID: crypto.randomUUID(),
    recipientAccountId: account,
  }
  const input = JSON.stringify({ auditEvents: [{ id: '1', eventData: JSON.stringify(event) }] })
  const external = externalId ? ` --external-id '${externalId.replace(/'/g, `'\\''`)}'` : ''
  return `aws cloudtrail-data put-audit-events --endpoint-url ${location.origin} --region ${region} \\\n  --channel-arn ${arn}${external} \\\n  --cli-input-json '${input}'`
}

function Delete({ channel, region, onClose }: Props & { onClose: () => void }) {
  const { notify } = useNotify()
  const refresh = useRefresh()
  const go = useGo()
  const run = useMutation({
    mutationFn: () => cloudtrail('DeleteChannel', { Channel: channel.ChannelArn! }, { region }),
    onSuccess: async () => {
      notify({ type: 'success', header: `Channel ${channel.Name} deleted` })
      go('/integrations')
      await refresh()
    },
  })
  return (
    <Confirm
      visible
      header="Delete channel?"
      action="Delete channel"
      loading={run.isPending}
      error={run.error}
      onConfirm={() => run.mutate()}
      onDismiss={onClose}
      warning="This cannot be undone: a new channel has another ARN."
    >
      Events that the source sends to <b>{channel.Name}</b> are refused from now on. Its resource policy is deleted with it. Events that it
      delivered stay in the event data stores.
    </Confirm>
  )
}
