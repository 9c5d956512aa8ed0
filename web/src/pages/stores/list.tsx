import Button from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { TableProps } from '@cloudscape-design/components/table'
import type { EventDataStore } from '~/api/operations.gen'
import { ResourceTable } from '~/components/resource-table'
import { Time } from '~/components/time'
import { shown } from '~/lib/text'
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
  error?: unknown
}

const by = (value: (row: Row) => string | number | undefined) => (a: Row, b: Row) =>
  String(value(a) ?? '').localeCompare(String(value(b) ?? ''), 'en', { numeric: true })

const columns: TableProps.ColumnDefinition<Row>[] = [
  {
    id: 'name',
    header: 'Name',
    isRowHeader: true,
    maxWidth: 320,
    sortingComparator: by((r) => r.name.Name),
    cell: ({ name }) => <PageLink to={`/event-data-stores/${idOf(name.EventDataStoreArn)}`}>{shown(name.Name)}</PageLink>,
  },
  {
    id: 'status',
    header: 'Status',
    minWidth: 200,
    sortingComparator: by((r) => r.store?.Status),
    cell: ({ store, error }) => <StoreStatus status={store?.Status} error={error} />,
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
  const create = (
    <Button variant="primary" href={hrefOf('/event-data-stores/create')} onFollow={follow}>
      Create event data store
    </Button>
  )
  return (
    <ResourceTable
      title="Event data stores"
      description="An event data store keeps events in tables that can be queried with SQL."
      rows={stores as Row[]}
      columns={columns}
      keyOf={({ name }) => name.EventDataStoreArn!}
      nameOf={({ name }) => name.Name!}
      textsOf={({ name, store }) => [name.Name, name.EventDataStoreArn, store && kindLabels[kindOf(store)]]}
      pending={isPending}
      fetching={isFetching}
      error={error}
      onRefresh={() => void refresh()}
      create={create}
      empty="An event data store keeps events for up to ten years, and answers SQL queries about them. Create one to collect events, or to copy those of a trail into it."
      actions={(selected) => (
        <SpaceBetween direction="horizontal" size="xs">
          <StoreActions store={selected?.store} />
          <Button href={hrefOf('/imports/create')} onFollow={follow}>
            Copy trail events
          </Button>
          {create}
        </SpaceBetween>
      )}
    />
  )
}
