import Box from '@cloudscape-design/components/box'
import Header from '@cloudscape-design/components/header'
import Pagination from '@cloudscape-design/components/pagination'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Table from '@cloudscape-design/components/table'
import TextFilter from '@cloudscape-design/components/text-filter'
import Toggle from '@cloudscape-design/components/toggle'
import { useCollection } from '@cloudscape-design/collection-hooks'
import { useQueries } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { Event } from '~/api/operations.gen'
import { Empty } from '~/components/empty'
import { Loading } from '~/components/loading'
import { Problem } from '~/components/problem'
import { count, plural, shown } from '~/lib/text'
import { PageLink } from '~/shell/link'
import { usePage } from '~/shell/page'
import { useRegion } from '~/shell/session'
import { compare, mostFields, type Line } from './diff'
import './events.css'
import { eventPath, recordOf } from './record'
import { mostCompared } from './table'
import { eventQuery } from './use-events'
import { useHistoryHref } from './use-view'

// Events side by side, field by field.
export default function CompareEvents() {
  usePage({ title: 'Compare event details', trail: [{ text: 'Event history', href: useHistoryHref() }], contentType: 'table' })
  const [region] = useRegion()
  const [params] = useSearchParams()
  const ids = [...new Set((params.get('ids') ?? '').split(',').filter(Boolean))].slice(0, mostCompared)
  const queries = useQueries({ queries: ids.map((id) => eventQuery(region, id)) })
  const failed = queries.find((query) => query.error)
  const events = queries.flatMap((query) => query.data ?? [])
  const missing = ids.filter((_, n) => queries[n]!.data === null)

  if (queries.some((query) => query.isPending && !query.error)) return <Loading />
  if (failed) {
    return (
      <>
        <Header variant="h1">Compare event details</Header>
        <Problem error={failed.error} header="The events could not be read" onRetry={() => queries.forEach((q) => void q.refetch())} />
      </>
    )
  }
  if (events.length === 0) {
    return (
      <>
        <Header variant="h1">Compare event details</Header>
        <Empty title="No events to compare" action={<PageLink to="/events">Go to the event history</PageLink>}>
          Select two to five events there, then choose Compare event details.
        </Empty>
      </>
    )
  }
  return (
    <SpaceBetween size="m">
      {missing.length > 0 && (
        <StatusIndicator type="warning">
          {plural(missing.length, 'event')} of the address {missing.length === 1 ? 'is' : 'are'} not in the event history of {region}:{' '}
          {shown(missing.join(', '))}
        </StatusIndicator>
      )}
      <Comparison key={events.map((e) => e.EventId).join()} events={events} region={region} />
    </SpaceBetween>
  )
}

function Comparison({ events, region }: { events: Event[]; region: string }) {
  const [params, setParams] = useSearchParams()
  const only = params.get('only') === 'differences'
  const setOnly = (on: boolean) =>
    setParams((old) => {
      const next = new URLSearchParams(old)
      if (on) next.set('only', 'differences')
      else next.delete('only')
      return next
    })
  const all = useMemo(() => compare(events.map(recordOf)), [events])
  const lines = useMemo(() => (only ? all.filter((line) => line.differs) : all), [all, only])
  const different = all.filter((line) => line.differs).length
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(lines, {
    filtering: {
      filteringFunction: (line, text) =>
        !text || [line.path, ...line.values].some((value) => value?.toLowerCase().includes(text.toLowerCase())),
      noMatch: <Empty title="No field matches" />,
      empty: <Empty title="No differences">The records are the same in every field.</Empty>,
    },
    pagination: { pageSize: 200 },
  })
  const narrow = window.innerWidth < 700
  return (
    <Table<Line>
      {...collectionProps}
      variant="full-page"
      stickyHeader
      wrapLines
      cellVerticalAlign="top"
      resizableColumns
      items={items}
      trackBy="path"
      enableKeyboardNavigation
      stickyColumns={{ first: narrow ? 0 : 1 }}
      ariaLabels={{ tableLabel: 'Events side by side' }}
      columnDefinitions={[
        {
          id: 'path',
          header: 'Field',
          isRowHeader: true,
          width: narrow ? 150 : 280,
          minWidth: 120,
          cell: (line) => (
            <span className="events-value">
              {line.differs ? <b>{shown(line.path)}</b> : shown(line.path)}
              {line.differs && <span className="unseen"> (differs)</span>}
            </span>
          ),
        },
        ...events.map((event, n) => ({
          id: `event${n}`,
          width: narrow ? 220 : 320,
          minWidth: 120,
          header: `${n + 1}: ${shown(event.EventName, 60)}`,
          cell: (line: Line) =>
            line.path === 'eventID' && event.EventId ? (
              <PageLink to={eventPath(event.EventId, region)}>{shown(event.EventId)}</PageLink>
            ) : (
              <Value value={line.values[n]} differs={line.values[n] !== line.values[0]} />
            ),
        })),
      ]}
      header={
        <Header
          variant="awsui-h1-sticky"
          counter={`(${events.length})`}
          description={`${plural(different, 'field')} of ${count(all.length)} ${different === 1 ? 'differs' : 'differ'}, in bold. Values that are not those of the first event are marked.${
            all.length >= mostFields ? ` Only the first ${count(mostFields)} fields of each record are compared.` : ''
          }`}
          actions={
            <Toggle checked={only} onChange={({ detail }) => setOnly(detail.checked)}>
              Show only differences
            </Toggle>
          }
        >
          Compare event details
        </Header>
      }
      filter={
        <TextFilter
          {...filterProps}
          filteringPlaceholder="Find fields and values"
          filteringAriaLabel="Find fields and values"
          countText={plural(filteredItemsCount ?? 0, 'match', 'matches')}
        />
      }
      pagination={lines.length > 200 ? <Pagination {...paginationProps} ariaLabels={{ paginationLabel: 'Pages of fields' }} /> : undefined}
    />
  )
}

// Value is a field of one event, marked if it is not that of the first event.
function Value({ value, differs }: { value: string | undefined; differs: boolean }) {
  const mark = differs ? 'events-differs' : ''
  if (value === undefined) {
    return (
      <Box color="text-body-secondary" display="inline">
        <span className={mark}>absent</span>
      </Box>
    )
  }
  return <span className={`events-value ${mark}`}>{value === '' ? '""' : shown(value, 1000)}</span>
}
