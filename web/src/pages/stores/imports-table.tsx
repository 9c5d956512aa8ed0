import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import Pagination from '@cloudscape-design/components/pagination'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Table from '@cloudscape-design/components/table'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { cloudtrail } from '~/api/client'
import type { ImportsListItem, ListImportsRequest } from '~/api/operations.gen'
import { Empty } from '~/components/empty'
import { Problem } from '~/components/problem'
import { Time } from '~/components/time'
import { useTokenPages } from '~/lib/pages'
import { useParam } from '~/lib/params'
import { shown } from '~/lib/text'
import { hrefOf, PageLink, useFollow } from '~/shell/link'
import { useRegion } from '~/shell/session'
import { idOf, useStoreNames } from './api'
import { importStatuses, isRunning } from './progress'
import { ImportStatus } from './status'

const pageSize = 25
const any = { value: '', label: 'Any status' }
const statuses = [any, ...Object.entries(importStatuses).map(([value, { label }]) => ({ value, label }))]

// ImportsTable lists copies of trail events: all of the Region, or those into one
// event data store.
export function ImportsTable({ destination, embedded }: { destination?: string; embedded?: boolean }) {
  const [region] = useRegion()
  const follow = useFollow()
  const [wanted, setStatus] = useParam('status')
  const status = !embedded && wanted in importStatuses ? wanted : ''
  const names = useStoreNames(region)
  const key = JSON.stringify([region, destination, status])
  const pages = useTokenPages(key)
  const query = useQuery({
    queryKey: ['imports', region, destination, status, pages.token],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => {
      const request: ListImportsRequest = {
        MaxResults: pageSize,
        NextToken: pages.token,
        ...(destination && { Destination: destination }),
        ...(status && { ImportStatus: status as ListImportsRequest['ImportStatus'] }),
      }
      return cloudtrail('ListImports', request, { region, signal })
    },
    refetchInterval: (q) => (q.state.data?.Imports?.some((i) => isRunning(i.ImportStatus)) ? 2000 : false),
  })
  const next = query.isPlaceholderData ? undefined : query.data?.NextToken
  const create = hrefOf('/imports/create' + (destination ? `?destination=${idOf(destination)}` : ''))
  const nameOf = (arn: string | undefined) => names.data?.find((s) => s.EventDataStoreArn === arn)?.Name ?? idOf(arn)
  const title = embedded ? 'Event copy status' : 'Imports'
  return (
    <Table
      variant={embedded ? 'container' : 'full-page'}
      stickyHeader={!embedded}
      wrapLines
      items={query.data?.Imports ?? []}
      loading={query.isPending}
      loadingText="Loading copies"
      trackBy="ImportId"
      ariaLabels={{ tableLabel: title }}
      header={
        <Header
          variant={embedded ? 'h2' : 'awsui-h1-sticky'}
          description="Copies of the log files of trails into event data stores."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                iconName="refresh"
                ariaLabel={`Refresh ${title}`}
                loading={query.isFetching && !query.isPending}
                onClick={() => void query.refetch()}
              />
              <Button variant={embedded ? 'normal' : 'primary'} href={create} onFollow={follow}>
                Copy trail events
              </Button>
            </SpaceBetween>
          }
        >
          {title}
        </Header>
      }
      filter={
        !embedded && (
          <Select
            inlineLabelText="Copy status"
            selectedOption={statuses.find((s) => s.value === status) ?? any}
            options={statuses}
            onChange={({ detail }) => setStatus(detail.selectedOption.value ?? '')}
          />
        )
      }
      pagination={
        pages.count(next) > 1 && (
          <Pagination
            currentPageIndex={pages.page}
            pagesCount={pages.count(next)}
            onChange={({ detail }) => pages.goTo(detail.currentPageIndex, next)}
          />
        )
      }
      empty={
        query.error ? (
          <Box textAlign="left">
            <Problem header="The copies could not be listed" error={query.error} onRetry={() => void query.refetch()} />
          </Box>
        ) : status ? (
          <Empty title="No copies with this status" />
        ) : (
          <Empty
            title="No copies"
            action={
              <Button href={create} onFollow={follow}>
                Copy trail events
              </Button>
            }
          >
            Copy what a trail delivered to an S3 bucket into an event data store, to query events from before it was there.
          </Empty>
        )
      }
      columnDefinitions={[
        {
          id: 'id',
          header: 'Copy ID',
          minWidth: 200,
          cell: (i) => <PageLink to={`/imports/${i.ImportId}`}>{i.ImportId}</PageLink>,
          isRowHeader: true,
        },
        { id: 'status', header: 'Copy status', minWidth: 140, cell: (i) => <ImportStatus status={i.ImportStatus} /> },
        ...(embedded
          ? []
          : [
              {
                id: 'to',
                header: 'Event data store',
                cell: (i: ImportsListItem) => (
                  <PageLink to={`/event-data-stores/${idOf(i.Destinations?.[0])}`}>{shown(nameOf(i.Destinations?.[0]))}</PageLink>
                ),
              },
            ]),
        { id: 'created', header: 'Created', cell: (i) => <Time value={i.CreatedTimestamp} /> },
        { id: 'updated', header: 'Last updated', cell: (i) => <Time value={i.UpdatedTimestamp} /> },
      ]}
    />
  )
}
