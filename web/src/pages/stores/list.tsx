import { useCollection } from '@cloudscape-design/collection-hooks'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Table, { type TableProps } from '@cloudscape-design/components/table'
import TextFilter from '@cloudscape-design/components/text-filter'
import type { EventDataStore } from '~/api/operations.gen'
import { Empty } from '~/components/empty'
import { Problem } from '~/components/problem'
import { Time } from '~/components/time'
import { useParam } from '~/lib/params'
import { plural, shown } from '~/lib/text'
import { hrefOf, PageLink, useFollow } from '~/shell/link'
import { usePage } from '~/shell/page'
import { useRegion } from '~/shell/session'
import { StoreActions } from './actions'
import { idOf, useRefresh, useStores, type Store } from './api'
import { kindLabels, kindOf, pricing, years } from './model'
import { StoreStatus } from './status'

interface Row {
  name: EventDataStore
  store?: Store
}

const by = (value: (row: Row) => string | number | undefined) => (a: Row, b: Row) =>
  String(value(a) ?? '').localeCompare(String(value(b) ?? ''), 'en', { numeric: true })

const columns: TableProps.ColumnDefinition<Row>[] = [
  {
    id: 'name',
    header: 'Name',
    isRowHeader: true,
    sortingComparator: by((r) => r.name.Name),
    cell: ({ name }) => <PageLink to={`/event-data-stores/${idOf(name.EventDataStoreArn)}`}>{shown(name.Name)}</PageLink>,
  },
  {
    id: 'status',
    header: 'Status',
    minWidth: 200,
    sortingComparator: by((r) => r.store?.Status),
    cell: ({ store }) => <StoreStatus status={store?.Status} />,
  },
  {
    id: 'type',
    header: 'Event type',
    sortingComparator: by((r) => r.store && kindOf(r.store)),
    cell: ({ store }) => (store ? kindLabels[kindOf(store)] : '-'),
  },
  { id: 'all', header: 'All Regions', cell: ({ store }) => (store ? (store.MultiRegionEnabled ? 'Yes' : 'No') : '-') },
  {
    id: 'retention',
    header: 'Retention period',
    minWidth: 150,
    sortingComparator: by((r) => r.store?.RetentionPeriod),
    cell: ({ store }) => (store?.RetentionPeriod ? `${store.RetentionPeriod} days (${years(store.RetentionPeriod)})` : '-'),
  },
  { id: 'pricing', header: 'Pricing option', cell: ({ store }) => (store?.BillingMode ? pricing[store.BillingMode].label : '-') },
  {
    id: 'created',
    header: 'Created',
    minWidth: 170,
    sortingComparator: by((r) => r.store?.CreatedTimestamp),
    cell: ({ store }) => <Time value={store?.CreatedTimestamp} />,
  },
  {
    id: 'protection',
    header: 'Termination protection',
    cell: ({ store }) => (store ? (store.TerminationProtectionEnabled ? 'Enabled' : 'Disabled') : '-'),
  },
]

// List is the page of all event data stores of the Region.
export default function List() {
  usePage({ title: 'Event data stores', contentType: 'table' })
  const [region] = useRegion()
  const { stores, isPending, isFetching, error } = useStores(region)
  const refresh = useRefresh()
  const follow = useFollow()
  const [filter, setFilter] = useParam('filter')
  const create = (
    <Button href={hrefOf('/event-data-stores/create')} onFollow={follow}>
      Create event data store
    </Button>
  )
  const { items, collectionProps, filterProps, filteredItemsCount, actions } = useCollection(stores as Row[], {
    filtering: {
      defaultFilteringText: filter,
      filteringFunction: ({ name, store }, text) =>
        [name.Name, name.EventDataStoreArn, store && kindLabels[kindOf(store)]].some((t) => t?.toLowerCase().includes(text.toLowerCase())),
      empty: (
        <Empty title="No event data stores" action={create}>
          An event data store keeps events for up to ten years, and answers SQL queries about them. Create one to collect events, or to copy
          those of a trail into it.
        </Empty>
      ),
      noMatch: <Empty title="No matches" action={<Button onClick={() => actions.setFiltering('')}>Clear filter</Button>} />,
    },
    sorting: { defaultState: { sortingColumn: columns[0]! } },
    selection: { trackBy: (row) => row.name.EventDataStoreArn! },
  })
  const selected = collectionProps.selectedItems?.[0]
  const current = stores.find((s) => s.name.EventDataStoreArn === selected?.name.EventDataStoreArn)?.store
  return (
    <Table
      {...collectionProps}
      variant="full-page"
      stickyHeader
      wrapLines
      items={items}
      columnDefinitions={columns}
      loading={isPending}
      loadingText="Loading event data stores"
      selectionType="single"
      ariaLabels={{
        tableLabel: 'Event data stores',
        selectionGroupLabel: 'Event data stores',
        itemSelectionLabel: (_, { name }) => name.Name!,
      }}
      filter={
        error ? undefined : (
          <TextFilter
            {...filterProps}
            filteringPlaceholder="Find event data stores"
            filteringAriaLabel="Find event data stores"
            countText={plural(filteredItemsCount ?? 0, 'match', 'matches')}
            onChange={(event) => {
              filterProps.onChange(event)
              setFilter(event.detail.filteringText)
            }}
          />
        )
      }
      empty={
        error ? (
          <Box textAlign="left">
            <Problem header="The event data stores could not be listed" error={error} onRetry={() => void refresh()} />
          </Box>
        ) : (
          collectionProps.empty
        )
      }
      header={
        <Header
          variant="awsui-h1-sticky"
          counter={isPending || error ? undefined : `(${stores.length})`}
          description="An event data store keeps events in tables that can be queried with SQL."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button iconName="refresh" ariaLabel="Refresh" loading={isFetching && !isPending} onClick={() => void refresh()} />
              <StoreActions store={current} />
              <Button href={hrefOf('/imports/create')} onFollow={follow}>
                Copy trail events
              </Button>
              <Button variant="primary" href={hrefOf('/event-data-stores/create')} onFollow={follow}>
                Create event data store
              </Button>
            </SpaceBetween>
          }
        >
          Event data stores
        </Header>
      }
    />
  )
}
