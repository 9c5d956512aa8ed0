import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'
import LiveRegion from '@cloudscape-design/components/live-region'
import Spinner from '@cloudscape-design/components/spinner'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import Tabs from '@cloudscape-design/components/tabs'
import { useState } from 'react'
import { ApiError } from '~/api/errors'
import type { DescribeQueryResponse } from '~/api/operations.gen'
import { Problem } from '~/components/problem'
import { visible } from '~/lib/text'
import { CommandOutput } from './command-output'
import { ResultsGrid } from './results'
import { adviceForFailure, hasEnded, statusOf, summary } from './statistics'
import type { Run } from './tabs'
import type { Outcome } from './use-outcome'

interface Props {
  outcome: Outcome
  // onShow shows a part of the text in the editor.
  onShow: (from: number, to: number) => void
}

// Output is what came of running a query: how it went, and its rows.
export function Output({ outcome: { run, state, wrong, changed }, onShow }: Props) {
  const show = wrong ? () => onShow(wrong.from, wrong.to) : undefined
  return run ? <Ran key={run.queryId} run={run} state={state} changed={changed} onShow={show} /> : null
}

function Ran({
  run,
  state: { data: query, error, refetch },
  changed,
  onShow,
}: {
  run: Run
  state: Outcome['state']
  changed: boolean
  onShow?: () => void
}) {
  const [tab, setTab] = useState('results')
  if (error && !query) return <Lost error={error} onRetry={() => void refetch()} />
  const status = statusOf(query?.QueryStatus ?? 'QUEUED')
  return (
    <SpaceBetween size="xs">
      {error && <Problem header="The query could not be followed" error={error} onRetry={() => void refetch()} />}
      <div className="query-summary">
        <StatusIndicator type={status.type}>{query ? summary(query) : 'Starting'}</StatusIndicator>
      </div>
      {/* Not the running figures: they would be read out every second. */}
      <LiveRegion hidden>{query && hasEnded(query.QueryStatus) ? summary(query) : status.text}</LiveRegion>
      <Tabs
        variant="container"
        activeTabId={tab}
        onChange={({ detail }) => setTab(detail.activeTabId)}
        ariaLabel="Output of the query"
        tabs={[
          { id: 'results', label: 'Query results', content: <QueryResults run={run} query={query} changed={changed} onShow={onShow} /> },
          { id: 'output', label: 'Command output', content: <CommandOutput run={run} query={query} /> },
        ]}
      />
    </SpaceBetween>
  )
}

function Lost({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (error instanceof ApiError && error.code === 'QueryIdNotFoundException') {
    return (
      <Alert type="info" header="The results are gone">
        Results are kept for seven days. Run the query again to have them anew.
      </Alert>
    )
  }
  return <Problem header="The query could not be read" error={error} onRetry={onRetry} />
}

function QueryResults({
  run,
  query,
  changed,
  onShow,
}: {
  run: Run
  query: DescribeQueryResponse | undefined
  changed: boolean
  onShow?: () => void
}) {
  if (!query || !hasEnded(query.QueryStatus)) {
    return (
      <Box textAlign="center" padding={{ vertical: 'xxl' }} color="text-body-secondary">
        <Spinner /> {query?.QueryStatus === 'RUNNING' ? 'The query runs' : 'The query waits for its turn'}
      </Box>
    )
  }
  return (
    <SpaceBetween size="s">
      <Ending query={query} onShow={onShow} />
      {changed && (
        <Box color="text-body-secondary" fontSize="body-s">
          The statement in the editor was changed since it ran.
        </Box>
      )}
      {(query.QueryStatus === 'FINISHED' || query.QueryStatus === 'TIMED_OUT') && (
        <ResultsGrid run={run} partial={query.QueryStatus === 'TIMED_OUT'} />
      )}
    </SpaceBetween>
  )
}

function Ending({ query, onShow }: { query: DescribeQueryResponse; onShow?: () => void }) {
  const message = query.ErrorMessage ?? ''
  switch (query.QueryStatus) {
    case 'FAILED':
      return (
        <Alert type="error" header="The query failed" action={onShow && <Button onClick={onShow}>Show in editor</Button>}>
          <div>{visible(message) || 'The server did not say why.'}</div>
          {adviceForFailure(message) && <div>{adviceForFailure(message)}</div>}
        </Alert>
      )
    case 'TIMED_OUT':
      return (
        <Alert type="warning" header="The query took too long">
          {visible(message)} The rows that were found until then are below; they are not delivered to S3.
        </Alert>
      )
    case 'CANCELLED':
      return (
        <Alert type="info" header="The query was cancelled">
          It has no results. Run it again to have them; a narrower range of eventTime makes it faster.
        </Alert>
      )
    default:
      return null
  }
}
