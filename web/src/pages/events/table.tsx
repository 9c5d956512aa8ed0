import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import Pagination from '@cloudscape-design/components/pagination'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Table, { type TableProps } from '@cloudscape-design/components/table'
import { useMemo, useRef } from 'react'
import type { Event } from '~/api/operations.gen'
import { Empty } from '~/components/empty'
import { count, shown } from '~/lib/text'
import { columnsFor } from './columns'
import type { Format } from './download'
import { DownloadMenu } from './download-menu'
import { attributeNames, contradiction } from './filter'
import { FilterBar } from './filter-bar'
import type { LiveStatus } from './live'
import { LiveToggle } from './live-toggle'
import type { TablePreferences } from './preferences'
import { Preferences } from './preferences-dialog'
import { RangePicker } from './range-picker'
import type { Page } from './use-events'
import type { AddressView } from './use-view'

// mostCompared is how many events can be set side by side.
export const mostCompared = 5

interface Props {
  view: AddressView
  page: Page
  events: Event[]
  isNew: (event: Event) => boolean
  live: { status: LiveStatus; possible: boolean }
  preferences: TablePreferences
  onPreferences: (preferences: TablePreferences) => void
  selected: Event[]
  onSelect: (events: Event[]) => void
  onRefresh: () => void
  onCompare: () => void
  onQuery: () => void
  downloading: boolean
  onDownload: (format: Format) => void
}

// EventsTable is the table of the event history with all that stands around it.
export function EventsTable(props: Props) {
  const { view, page, events, preferences, selected, isNew } = props
  const columns = useMemo(() => columnsFor(view.region, preferences.widths, isNew), [view.region, preferences.widths, isNew])
  const full = selected.length >= mostCompared
  const isDisabled = (event: Event) => full && !selected.some((s) => s.EventId === event.EventId)
  const total = count((page.number - 1) * preferences.pageSize + events.length) + (page.pages > page.number ? '+' : '')
  const table = useRef<TableProps.Ref>(null)
  return (
    <Table<Event>
      ref={table}
      variant="full-page"
      stickyHeader
      resizableColumns
      sortingDisabled
      enableKeyboardNavigation
      items={events}
      trackBy="EventId"
      loading={page.loading}
      loadingText="Looking events up"
      skeleton={{ totalRows: 'auto', maxAutoRows: preferences.pageSize }}
      columnDefinitions={columns}
      columnDisplay={[...preferences.contentDisplay, { id: 'similar', visible: true }]}
      wrapLines={preferences.wrapLines}
      stripedRows={preferences.stripedRows}
      contentDensity={preferences.contentDensity}
      stickyColumns={{ first: preferences.stickyColumns.first, last: window.innerWidth < 700 ? 0 : 1 }}
      onColumnWidthsChange={({ detail }) => {
        const widths = Object.fromEntries(columns.map((column, n) => [column.id!, detail.widths[n]!]))
        props.onPreferences({ ...preferences, widths })
      }}
      selectionType="multi"
      selectedItems={selected}
      onSelectionChange={({ detail }) => props.onSelect(detail.selectedItems.slice(0, mostCompared))}
      isItemDisabled={isDisabled}
      ariaLabels={{
        tableLabel: 'Events',
        selectionGroupLabel: 'Select events to compare',
        allItemsSelectionLabel: () => 'Select the first five events',
        itemSelectionLabel: (_, event) => {
          const name = `${shown(event.EventName, 100)} ${event.EventId ?? ''}`
          return isDisabled(event) ? `${name}: five events are selected, and no more can be compared` : name
        },
        resizerRoleDescription: 'Resize button',
      }}
      header={
        <Header
          variant="awsui-h1-sticky"
          counter={page.loading || page.error ? undefined : selected.length ? `(${selected.length}/${total})` : `(${total})`}
          description={full ? 'Five events are selected: no more can be compared. Deselect one to select another.' : undefined}
          actions={
            <SpaceBetween direction="horizontal" size="xs" alignItems="center">
              <LiveToggle on={view.live} status={props.live.status} possible={props.live.possible} onChange={view.setLive} />
              <Button iconName="refresh" ariaLabel="Refresh" loading={page.fetching && !page.loading} onClick={props.onRefresh} />
              <Button onClick={props.onQuery}>Query this view</Button>
              <DownloadMenu running={props.downloading} onStart={props.onDownload} />
              <Button
                disabled={selected.length < 2}
                disabledReason="Select two to five events to see them side by side."
                onClick={props.onCompare}
              >
                Compare event details
              </Button>
            </SpaceBetween>
          }
        >
          Event history
        </Header>
      }
      filter={<Filter {...props} total={total} />}
      pagination={<Pages view={view} page={page} onTurn={() => table.current?.scrollToTop()} />}
      preferences={<Preferences value={preferences} onChange={props.onPreferences} />}
      empty={<NoEvents view={view} failed={!!page.error} />}
    />
  )
}

function Filter({ view, page, total }: Props & { total: string }) {
  return (
    <div className="events-filter">
      <FilterBar
        region={view.region}
        attributes={view.attributes}
        bounds={page.bounds}
        onChange={view.setAttributes}
        countText={page.loading || page.error ? '' : total === '1' ? '1 match' : `${total} matches`}
      />
      <RangePicker range={view.range} onChange={view.setRange} />
    </div>
  )
}

function Pages({ view, page, onTurn }: { view: AddressView; page: Page; onTurn: () => void }) {
  return (
    <Pagination
      currentPageIndex={page.number}
      pagesCount={page.pages}
      openEnd={page.openEnd}
      disabled={page.loading || !!page.error}
      onChange={({ detail }) => {
        if (detail.currentPageIndex > page.pages) return
        view.setPage(detail.currentPageIndex)
        onTurn()
      }}
      ariaLabels={{
        nextPageLabel: 'Next page',
        previousPageLabel: 'Previous page',
        paginationLabel: 'Pages of events',
        pageLabel: (n) => `Page ${n} of the events`,
      }}
    />
  )
}

function NoEvents({ view, failed }: { view: AddressView; failed: boolean }) {
  if (failed) return <Empty title="No events could be shown" />
  if (view.attributes.length === 0 && !view.range) {
    return (
      <Empty title="No events yet">
        Every call of a recorded service in this account and Region shows here within seconds. Calls to other Regions show there: choose the
        Region at the top.
      </Empty>
    )
  }
  const twice = contradiction(view.attributes)
  return (
    <Empty
      title="No events match"
      action={
        <Button onClick={() => (view.attributes.length ? view.setAttributes([]) : view.setRange(null))}>
          {view.attributes.length ? 'Clear filter' : 'Clear time range'}
        </Button>
      }
    >
      {twice && `No event has two values of ${attributeNames[twice]}: remove one from the filter. `}Values are found only in full, with capital letters where they have them. Is it an event of another Region? Choose that at the top.
    </Empty>
  )
}
