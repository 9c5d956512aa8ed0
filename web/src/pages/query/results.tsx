import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import SegmentedControl from '@cloudscape-design/components/segmented-control'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import TextFilter from '@cloudscape-design/components/text-filter'
import { lazy, Suspense, useState } from 'react'
import { Empty } from '~/components/empty'
import { Loading } from '~/components/loading'
import { Problem } from '~/components/problem'
import { count, plural, visible } from '~/lib/text'
import type { Cell } from './cells'
import { CopyMenu, DownloadMenu } from './copy-menu'
import { Grid } from './grid'
import { useGridPreferences } from './grid-preferences'
import type { Run } from './tabs'
import { useChartRows, useDebounced, useResults } from './use-results'

const ChartView = lazy(() => import('./chart-view'))

// ResultsGrid shows the rows of a query, as a table or as a chart.
export function ResultsGrid({ run, partial }: { run: Run; partial: boolean }) {
  const [text, setText] = useState('')
  const filter = useDebounced(text.trim())
  const [view, setView] = useState('table')
  const [preferences, setPreferences] = useGridPreferences()
  const [selected, select] = useState<Cell[][]>([])
  const page = useResults(run, filter, preferences.pageSize)
  const chart = useChartRows(run, filter, view === 'chart')
  const { data, error } = page
  const columns = data?.columns ?? []
  const rows = data?.rows ?? []
  if (error && !data) return <Problem header="The results could not be read" error={error} onRetry={() => void page.refetch()} />
  if (data && data.total === 0) {
    return partial ? null : (
      <Empty title="No rows">
        The query ran and found nothing. Is the range of eventTime wide enough, and was the event data store collecting then?
      </Empty>
    )
  }
  const clear = <Button onClick={() => setText('')}>Clear filter</Button>
  const searching = text.trim() !== filter || page.loading
  const find = (
    <TextFilter
      filteringText={text}
      onChange={({ detail }) => {
        setText(detail.filteringText)
        select([])
      }}
      filteringPlaceholder="Find any part of a value"
      filteringAriaLabel="Filter results"
      countText={filter && data && !searching ? matches(rows.length, page.first, page.more) : undefined}
    />
  )
  return (
    <SpaceBetween size="s">
      <Header
        variant="h2"
        counter={data ? `(${count(data.total)})` : undefined}
        description={partial ? 'Partial results: the query did not come to its end.' : undefined}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <SegmentedControl
              label="Show results as"
              selectedId={view}
              onChange={({ detail }) => setView(detail.selectedId)}
              options={[
                { id: 'table', text: 'Table' },
                { id: 'chart', text: 'Chart' },
              ]}
            />
            <CopyMenu columns={columns} rows={rows} selected={selected} />
            <DownloadMenu run={run} />
          </SpaceBetween>
        }
      >
        Results
      </Header>
      {error && <Problem header="The results could not be read" error={error} onRetry={() => void page.refetch()} />}
      {view === 'chart' && find}
      {view === 'table' ? (
        <Grid
          columns={columns}
          rows={rows}
          page={page}
          loading={!data || (searching && page.index === 0)}
          filter={find}
          preferences={preferences}
          onPreferences={setPreferences}
          selected={selected}
          onSelect={select}
          empty={
            <Empty title="No matches" action={clear}>
              {page.more ? 'No row of those that were looked at' : 'No row'} has &quot;{visible(filter)}&quot; in any of its values.
              {page.more && ' The next page looks further.'}
            </Empty>
          }
        />
      ) : chart.error ? (
        <Problem header="The results could not be read" error={chart.error} onRetry={() => void chart.refetch()} />
      ) : chart.data ? (
        <Suspense fallback={<Loading />}>
          <ChartView key={run.queryId} columns={chart.data.columns} rows={chart.data.rows} more={!!chart.data.nextToken} />
        </Suspense>
      ) : (
        <Loading />
      )}
      {view === 'table' && (
        <Box color="text-body-secondary" fontSize="body-s">
          {page.loading && page.index > 0 ? (
            <StatusIndicator type="loading">Loading page {page.index + 1}</StatusIndicator>
          ) : (
            'Columns sort the rows of this page; ORDER BY in the statement sorts all.'
          )}
        </Box>
      )}
    </SpaceBetween>
  )
}

function matches(onPage: number, before: number, more: boolean): string {
  return more ? `more than ${plural(before + onPage, 'match', 'matches')}` : plural(before + onPage, 'match', 'matches')
}
