import { useCollection } from '@cloudscape-design/collection-hooks'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import ContentLayout from '@cloudscape-design/components/content-layout'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Table from '@cloudscape-design/components/table'
import Tabs from '@cloudscape-design/components/tabs'
import TextFilter from '@cloudscape-design/components/text-filter'
import { Empty } from '~/components/empty'
import { Problem } from '~/components/problem'
import { Time } from '~/components/time'
import { Unknown } from '~/components/unknown'
import { useParam } from '~/lib/params'
import { plural, shown } from '~/lib/text'
import { hrefOf, PageLink, useFollow } from '~/shell/link'
import { usePage } from '~/shell/page'
import { useRegion } from '~/shell/session'
import { idOf, useChannelDetails, useChannels, useRefresh } from './api'
import { partnerOf, partners } from './partners'

// List is the page of integrations with sources outside of AWS.
export default function List() {
  usePage({ title: 'Integrations' })
  const [tab, setTab] = useParam('tab', 'integrations')
  const follow = useFollow()
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description="Collect events of applications outside of AWS: of partners, or your own."
          actions={
            <Button variant="primary" href={hrefOf('/integrations/create')} onFollow={follow}>
              Add integration
            </Button>
          }
        >
          Integrations
        </Header>
      }
    >
      <Tabs
        activeTabId={tab === 'sources' ? tab : 'integrations'}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        tabs={[
          { id: 'integrations', label: 'Integrations', content: <Channels /> },
          { id: 'sources', label: 'Available sources', content: <Sources /> },
        ]}
      />
    </ContentLayout>
  )
}

function Channels() {
  const [region] = useRegion()
  const channels = useChannels(region)
  const list = channels.data ?? []
  const details = useChannelDetails(
    list.map((c) => c.ChannelArn!),
    region,
  )
  const refresh = useRefresh()
  const follow = useFollow()
  const rows = list.map((channel, i) => ({ channel, details: details[i]?.data, error: details[i]?.error }))
  const { items, collectionProps, filterProps, filteredItemsCount } = useCollection(rows, {
    filtering: {
      filteringFunction: (row, text) =>
        [row.channel.Name, row.channel.ChannelArn, row.details?.Source].some((t) => t?.toLowerCase().includes(text.toLowerCase())),
      empty: (
        <Empty
          title="No integrations"
          action={
            <Button href={hrefOf('/integrations/create')} onFollow={follow}>
              Add integration
            </Button>
          }
        >
          An integration is a channel that takes events with PutAuditEvents and brings them to event data stores. Add one for each source.
        </Empty>
      ),
      noMatch: <Empty title="No matches" />,
    },
    sorting: {},
  })
  return (
    <Table
      {...collectionProps}
      wrapLines
      items={items}
      trackBy={(row) => row.channel.ChannelArn!}
      loading={channels.isPending}
      loadingText="Loading integrations"
      ariaLabels={{ tableLabel: 'Integrations' }}
      empty={
        channels.error ? (
          <Box textAlign="left">
            <Problem header="The integrations could not be listed" error={channels.error} onRetry={() => void refresh()} />
          </Box>
        ) : (
          collectionProps.empty
        )
      }
      filter={
        <TextFilter
          {...filterProps}
          filteringPlaceholder="Find integrations"
          filteringAriaLabel="Find integrations"
          countText={plural(filteredItemsCount ?? 0, 'match', 'matches')}
        />
      }
      header={
        <Header
          variant="h2"
          counter={channels.data && `(${list.length})`}
          actions={
            <SpaceBetween size="xs" direction="horizontal">
              <Button iconName="refresh" ariaLabel="Refresh" onClick={() => void refresh()} />
            </SpaceBetween>
          }
        >
          Integrations
        </Header>
      }
      columnDefinitions={[
        {
          id: 'name',
          header: 'Channel name',
          isRowHeader: true,
          maxWidth: 320,
          sortingComparator: (a, b) => a.channel.Name!.localeCompare(b.channel.Name!),
          cell: ({ channel }) => <PageLink to={`/integrations/${idOf(channel.ChannelArn)}`}>{shown(channel.Name)}</PageLink>,
        },
        {
          id: 'source',
          header: 'Source',
          cell: (row) => (row.details ? partnerOf(row.details.Source).name : row.error ? <Unknown error={row.error} /> : '-'),
        },
        { id: 'stores', header: 'Event data stores', cell: (row) => row.details?.Destinations?.length ?? '-' },
        {
          id: 'last',
          header: 'Last events received',
          cell: (row) => <Time value={row.details?.IngestionStatus?.LatestIngestionSuccessTime} />,
        },
      ]}
    />
  )
}

function Sources() {
  return (
    <Table
      wrapLines
      items={[...partners]}
      trackBy="source"
      ariaLabels={{ tableLabel: 'Available sources' }}
      header={
        <Header variant="h2" counter={`(${partners.length})`} description="Where events outside of AWS can come from.">
          Available sources
        </Header>
      }
      columnDefinitions={[
        { id: 'name', header: 'Source', cell: (p) => p.name, isRowHeader: true },
        { id: 'value', header: 'Value in the API', cell: (p) => p.source },
        {
          id: 'type',
          header: 'Integration type',
          cell: (p) =>
            p.direct ? 'Direct: the partner delivers from its own account' : 'Solution: an application in your account delivers',
        },
        {
          id: 'add',
          header: 'Add',
          cell: (p) => (
            <PageLink to={`/integrations/create?source=${p.source}`} ariaLabel={`Add integration with ${p.name}`}>
              Add integration
            </PageLink>
          ),
        },
      ]}
    />
  )
}
