import { useCollection } from '@cloudscape-design/collection-hooks'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Table, { type TableProps } from '@cloudscape-design/components/table'
import TextFilter from '@cloudscape-design/components/text-filter'
import type { ReactNode } from 'react'
import { useParam } from '~/lib/params'
import { plural } from '~/lib/text'
import { Empty } from './empty'
import { Problem } from './problem'

interface Props<Row> {
  // title names the page, and what it lists in the plural: Trails.
  title: string
  description: string
  rows: Row[]
  columns: TableProps.ColumnDefinition<Row>[]
  keyOf: (row: Row) => string
  nameOf: (row: Row) => string
  // textsOf are what the filter looks into.
  textsOf: (row: Row) => (string | undefined | null)[]
  pending: boolean
  fetching: boolean
  error: unknown
  onRefresh: () => void
  // empty says what puts something here.
  empty: ReactNode
  create: ReactNode
  actions: (selected: Row | undefined) => ReactNode
}

// ResourceTable is the page of an account's resources of one kind: to be filtered,
// sorted, and one of them chosen to do something with. The filter is in the address.
export function ResourceTable<Row>(props: Props<Row>) {
  const { title, rows, columns, pending, error } = props
  const things = title.toLowerCase()
  const [filter, setFilter] = useParam('filter')
  const { items, collectionProps, filterProps, filteredItemsCount, actions } = useCollection(rows, {
    filtering: {
      defaultFilteringText: filter,
      filteringFunction: (row, text) => props.textsOf(row).some((t) => t?.toLowerCase().includes(text.toLowerCase())),
      empty: (
        <Empty title={`No ${things}`} action={props.create}>
          {props.empty}
        </Empty>
      ),
      noMatch: <Empty title="No matches" action={<Button onClick={() => actions.setFiltering('')}>Clear filter</Button>} />,
    },
    sorting: { defaultState: { sortingColumn: columns[0]! } },
    selection: { trackBy: props.keyOf },
  })
  const selected = collectionProps.selectedItems?.[0]
  const problem = (
    <Box textAlign="left">
      <Problem header={`The ${things} could not be listed`} error={error} onRetry={props.onRefresh} />
    </Box>
  )
  return (
    <Table
      {...collectionProps}
      variant="full-page"
      stickyHeader
      wrapLines
      items={items}
      columnDefinitions={columns}
      loading={pending}
      loadingText={`Loading ${things}`}
      selectionType="single"
      ariaLabels={{ tableLabel: title, selectionGroupLabel: title, itemSelectionLabel: (_, row) => props.nameOf(row) }}
      filter={
        error ? undefined : (
          <TextFilter
            {...filterProps}
            filteringPlaceholder={`Find ${things}`}
            filteringAriaLabel={`Find ${things}`}
            countText={plural(filteredItemsCount ?? 0, 'match', 'matches')}
            onChange={(event) => {
              filterProps.onChange(event)
              setFilter(event.detail.filteringText)
            }}
          />
        )
      }
      empty={error ? problem : collectionProps.empty}
      header={
        <Header
          variant="awsui-h1-sticky"
          counter={pending || error ? undefined : `(${rows.length})`}
          description={props.description}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button iconName="refresh" ariaLabel="Refresh" loading={props.fetching && !pending} onClick={props.onRefresh} />
              {/* What was chosen may have changed since. */}
              {props.actions(selected && rows.find((row) => props.keyOf(row) === props.keyOf(selected)))}
            </SpaceBetween>
          }
        >
          {title}
        </Header>
      }
    />
  )
}
