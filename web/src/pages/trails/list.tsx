import Button from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import type { TableProps } from '@cloudscape-design/components/table'
import { useState } from 'react'
import type { GetTrailStatusResponse, Trail } from '~/api/operations.gen'
import { ResourceTable } from '~/components/resource-table'
import { Unknown } from '~/components/unknown'
import { shown } from '~/lib/text'
import { hrefOf, PageLink, useFollow, useGo } from '~/shell/link'
import { usePage } from '~/shell/page'
import { useRegion, useSession } from '~/shell/session'
import { DeleteTrail } from './actions'
import { useRefresh, useStatuses, useTrails } from './api'
import { locationOf } from './form'
import { troubles } from './status'

interface Row {
  trail: Trail
  status?: GetTrailStatusResponse
  error?: unknown
}

// trailPath is the page of a trail, in its home Region.
export const trailPath = (trail: Trail) => `/trails/${encodeURIComponent(trail.Name!)}?region=${trail.HomeRegion}`

function Status({ row }: { row: Row }) {
  if (row.error && !row.status) return <Unknown error={row.error} />
  if (!row.status) return <StatusIndicator type="loading">Loading</StatusIndicator>
  const failed = troubles(row.status)
  if (failed.length)
    return <StatusIndicator type="error">{row.status.IsLogging ? 'Logging, delivery fails' : 'Off, delivery fails'}</StatusIndicator>
  return row.status.IsLogging ? <StatusIndicator>Logging</StatusIndicator> : <StatusIndicator type="stopped">Off</StatusIndicator>
}

const yes = (on: boolean | undefined) => (on ? 'Yes' : 'No')

const columns: TableProps.ColumnDefinition<Row>[] = [
  {
    id: 'name',
    header: 'Name',
    isRowHeader: true,
    maxWidth: 320,
    sortingComparator: by((r) => r.trail.Name),
    cell: ({ trail }) => <PageLink to={trailPath(trail)}>{shown(trail.Name)}</PageLink>,
  },
  { id: 'home', header: 'Home Region', sortingComparator: by((r) => r.trail.HomeRegion), cell: ({ trail }) => trail.HomeRegion },
  { id: 'multi', header: 'Multi-Region trail', cell: ({ trail }) => yes(trail.IsMultiRegionTrail) },
  { id: 'insights', header: 'Insights', cell: ({ trail }) => (trail.HasInsightSelectors ? 'Enabled' : 'Disabled') },
  { id: 'organization', header: 'Organization trail', cell: ({ trail }) => yes(trail.IsOrganizationTrail) },
  {
    id: 'bucket',
    header: 'S3 bucket',
    minWidth: 180,
    maxWidth: 320,
    sortingComparator: by((r) => r.trail.S3BucketName),
    cell: ({ trail }) => shown(trail.S3BucketName),
  },
  { id: 'prefix', header: 'Log file prefix', maxWidth: 240, cell: ({ trail }) => shown(trail.S3KeyPrefix) },
  {
    id: 'group',
    header: 'CloudWatch Logs log group',
    maxWidth: 240,
    cell: ({ trail }) => shown(trail.CloudWatchLogsLogGroupArn?.replace(/^.*:log-group:(.*):\*$/, '$1')),
  },
  { id: 'status', header: 'Status', minWidth: 130, cell: (row) => <Status row={row} /> },
]

function by(text: (row: Row) => string | undefined) {
  return (a: Row, b: Row) => (text(a) ?? '').localeCompare(text(b) ?? '')
}

// List is the page of all trails that show in the Region.
export default function List() {
  usePage({ title: 'Trails', contentType: 'table' })
  const [region] = useRegion()
  const { data: trails = [], isPending, isFetching, error } = useTrails(region)
  const statuses = useStatuses(trails)
  const { account } = useSession()
  const go = useGo()
  const refresh = useRefresh()
  const follow = useFollow()
  const [deleting, setDeleting] = useState<Trail | null>(null)
  const rows: Row[] = trails.map((trail, i) => ({ trail, status: statuses[i]?.data, error: statuses[i]?.error }))
  const create = (
    <Button variant="primary" href={hrefOf('/trails/create')} onFollow={follow}>
      Create trail
    </Button>
  )
  return (
    <>
      <ResourceTable
        title="Trails"
        description="A trail delivers events as log files to an S3 bucket."
        rows={rows}
        columns={columns}
        keyOf={({ trail }) => trail.TrailARN!}
        nameOf={({ trail }) => trail.Name!}
        textsOf={({ trail: t }) => [t.Name, t.HomeRegion, t.S3BucketName, t.S3KeyPrefix, t.CloudWatchLogsLogGroupArn]}
        pending={isPending}
        fetching={isFetching}
        error={error}
        onRefresh={() => void refresh()}
        create={create}
        empty="A trail delivers events as log files to an S3 bucket, beyond the 90 days of the event history. Create one to keep a record of the activity in this account."
        actions={(selected) => (
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              disabled={!selected}
              onClick={() => go('/imports/create?source=' + encodeURIComponent(locationOf(selected!.trail, account)))}
            >
              Copy events to Lake
            </Button>
            <Button disabled={!selected} onClick={() => setDeleting(selected!.trail)}>
              Delete
            </Button>
            {create}
          </SpaceBetween>
        )}
      />
      {deleting && <DeleteTrail trail={deleting} onDone={() => setDeleting(null)} onDismiss={() => setDeleting(null)} />}
    </>
  )
}
