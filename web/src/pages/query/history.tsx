import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import Grid from '@cloudscape-design/components/grid'
import Header from '@cloudscape-design/components/header'
import Pagination from '@cloudscape-design/components/pagination'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import Table, { type TableProps } from '@cloudscape-design/components/table'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { Empty } from '~/components/empty'
import { Problem } from '~/components/problem'
import { Time } from '~/components/time'
import { at, duration } from '~/lib/time'
import { bytes, count, shown, visible } from '~/lib/text'
import { PageLink } from '~/shell/link'
import { useRegion, useSession } from '~/shell/session'
import { useHistory, useStores, type PastQuery, type Store } from './api'
import { oneLine } from './from'
import { allStatuses, deliveryOf, deliveryPlace, hasEnded, statusOf } from './statistics'
import { optionOf } from './store-select'
import { useTabs } from './tab-store'
import { useOpen, usePageTab } from './use-open'
import { useRuns } from './use-run'

const pageOf = (queryId: string) => `/query?queryId=${queryId}`

// History are the queries of the last seven days.
export function History() {
  const [region] = useRegion()
  const { account } = useSession()
  const [params, setParams] = useSearchParams()
  const [, go] = usePageTab()
  const [, update] = useTabs()
  const runs = useRuns(update)
  const open = useOpen()
  const client = useQueryClient()
  const { stores } = useStores()
  const filter = { status: params.get('status') ?? undefined, eventDataStore: params.get('store') ?? undefined }
  const { data, isPending, isFetching, error, refetch, fetchNextPage, hasNextPage, isPlaceholderData, isFetchNextPageError } = useHistory(filter)
  const [index, setIndex] = useState(0)
  const [selected, select] = useState<string>()
  const pages = data?.pages ?? []
  const at = Math.min(index, Math.max(0, pages.length - 1))
  const queries = pages[at]?.queries ?? []
  const chosen = queries.find((q) => q.queryId === selected)
  const set = (name: string, value: string | undefined) => {
    setIndex(0)
    setParams(
      (old) => {
        const next = new URLSearchParams(old)
        if (value) next.set(name, value)
        else next.delete(name)
        return next
      },
      { replace: true },
    )
  }
  const turn = async (to: number) => {
    if (to >= pages.length && (await fetchNextPage()).isError) return
    setIndex(to)
  }
  const filtered = !!filter.status || !!filter.eventDataStore
  const problem = error && (
    <Problem
      header="The results history could not be read"
      error={error}
      onRetry={() => void (isFetchNextPageError ? turn(pages.length) : refetch())}
    />
  )
  if (problem && !data) return problem
  return (
    <SpaceBetween size="m">
      {problem}
      <Table
        variant="container"
        items={queries}
        trackBy="queryId"
        loading={isPending || isPlaceholderData}
        loadingText="Loading queries"
        selectionType="single"
        selectedItems={chosen ? [chosen] : []}
        onSelectionChange={({ detail }) => select(detail.selectedItems[0]?.queryId)}
        resizableColumns
        ariaLabels={{ tableLabel: 'Results history', selectionGroupLabel: 'Queries', itemSelectionLabel: (_, q) => `Query ${q.queryId}` }}
        header={
          <Header
            variant="h2"
            description="Queries of the last seven days in this account and Region, with their results"
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  iconName="refresh"
                  ariaLabel="Refresh"
                  loading={isFetching && !isPending}
                  onClick={() => {
                    setIndex(0)
                    void client.resetQueries({ queryKey: ['queries', region] })
                  }}
                />
                <Button
                  disabled={!chosen || hasEnded(chosen.status)}
                  loading={!!chosen && runs.cancelling.has(chosen.queryId)}
                  onClick={() => void runs.cancel({ queryId: chosen!.queryId, region })}
                >
                  Cancel query
                </Button>
                <Button disabled={!chosen} onClick={() => open({ sql: chosen!.statement })}>
                  Open statement in editor
                </Button>
              </SpaceBetween>
            }
          >
            Results history
          </Header>
        }
        filter={<Filters filter={filter} stores={stores ?? []} onChange={set} />}
        pagination={
          <Pagination
            currentPageIndex={at + 1}
            pagesCount={pages.length + (hasNextPage ? 1 : 0) || 1}
            openEnd={hasNextPage}
            disabled={isFetching}
            onChange={({ detail }) => void turn(detail.currentPageIndex - 1)}
            ariaLabels={{
              nextPageLabel: 'Next page',
              previousPageLabel: 'Previous page',
              paginationLabel: 'Pages of queries',
              pageLabel: (n) => `Page ${n}`,
            }}
          />
        }
        empty={
          filtered ? (
            <Empty
              title="No matches"
              action={
                <Button
                  onClick={() => {
                    set('status', undefined)
                    set('store', undefined)
                  }}
                >
                  Clear filters
                </Button>
              }
            >
              No query of the last seven days is like this.
            </Empty>
          ) : (
            <Empty title="No queries" action={<Button onClick={() => go('editor')}>Write a query</Button>}>
              Every query that is run in this account and Region, here or through the API, stands here for seven days, with its results.
            </Empty>
          )
        }
        columnDefinitions={columns(stores ?? [], account)}
      />
    </SpaceBetween>
  )
}

const anyStatus = { value: '', label: 'Any status' }
const anyStore = { value: '', label: 'Any event data store' }

function Filters({
  filter,
  stores,
  onChange,
}: {
  filter: { status?: string; eventDataStore?: string }
  stores: Store[]
  onChange: (name: string, value: string | undefined) => void
}) {
  const statusOptions = [anyStatus, ...allStatuses.map((s) => ({ value: s as string, label: statusOf(s).text }))]
  const storeOptions = [anyStore, ...stores.map((store) => ({ ...optionOf(store), disabled: false }))]
  return (
    <Grid gridDefinition={[{ colspan: { default: 12, xs: 5 } }, { colspan: { default: 12, xs: 7 } }]}>
      <Select
        ariaLabel="Status"
        selectedOption={statusOptions.find((o) => o.value === (filter.status ?? '')) ?? anyStatus}
        options={statusOptions}
        onChange={({ detail }) => onChange('status', detail.selectedOption.value)}
      />
      <Select
        ariaLabel="Event data store"
        selectedOption={storeOptions.find((o) => o.value === (filter.eventDataStore ?? '')) ?? anyStore}
        options={storeOptions}
        onChange={({ detail }) => onChange('store', detail.selectedOption.value)}
      />
    </Grid>
  )
}

function columns(stores: Store[], account: string): TableProps.ColumnDefinition<PastQuery>[] {
  // A join reads several.
  const names = (arns: string | undefined) =>
    arns
      ?.split(',')
      .map((arn) => stores.find((s) => s.arn === arn)?.name ?? arn.slice(arn.lastIndexOf('/') + 1))
      .join(', ')
  return [
    {
      id: 'statement',
      header: 'Statement',
      isRowHeader: true,
      width: 420,
      minWidth: 200,
      cell: (q) => (
        <PageLink to={pageOf(q.queryId)}>
          <span className="query-statement">{shown(oneLine(q.statement, stores), 200)}</span>
        </PageLink>
      ),
    },
    { id: 'status', header: 'Query status', width: 150, cell: (q) => <Status query={q} /> },
    { id: 'created', header: 'Creation time', width: 290, cell: (q) => <Time value={q.created} /> },
    { id: 'took', header: 'Run time', width: 110, cell: (q) => duration(q.runTimeMs) },
    { id: 'matched', header: 'Records matched', width: 170, cell: (q) => (q.status === 'FINISHED' ? count(q.eventsMatched) : '-') },
    { id: 'scanned', header: 'Bytes scanned', width: 130, cell: (q) => bytes(q.bytesScanned) },
    { id: 'store', header: 'Event data store', width: 180, cell: (q) => shown(names(q.eventDataStore)) },
    { id: 'delivery', header: 'Delivery status', width: 190, cell: (q) => <Delivery query={q} account={account} /> },
    { id: 'id', header: 'Query ID', width: 330, cell: (q) => q.queryId },
  ]
}

function Status({ query }: { query: PastQuery }) {
  const { type, text } = statusOf(query.status)
  return (
    <>
      <StatusIndicator type={type}>{text}</StatusIndicator>
      {query.errorMessage && (
        <Box fontSize="body-s" color="text-body-secondary">
          {visible(query.errorMessage)}
        </Box>
      )}
    </>
  )
}

function Delivery({ query, account }: { query: PastQuery; account: string }) {
  const delivery = deliveryOf(query.deliveryStatus)
  if (!delivery || !query.deliveryS3Uri) return <>-</>
  const created = at(query.created).getTime() / 1000
  return (
    <SpaceBetween size="xxs">
      <StatusIndicator type={delivery.type}>{delivery.text}</StatusIndicator>
      {query.deliveryStatus === 'SUCCESS' && (
        <CopyToClipboard
          copyButtonText="Copy S3 location"
          variant="inline"
          textToDisplay="S3 location"
          textToCopy={deliveryPlace(query.deliveryS3Uri, account, query.queryId, created, query.runTimeMs ?? 0)}
          copyButtonAriaLabel="Copy S3 location"
          copySuccessText="Copied"
          copyErrorText="The browser refused to copy"
        />
      )}
    </SpaceBetween>
  )
}
