import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import ContentLayout from '@cloudscape-design/components/content-layout'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import Pagination from '@cloudscape-design/components/pagination'
import ProgressBar from '@cloudscape-design/components/progress-bar'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Table from '@cloudscape-design/components/table'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useParams } from 'react-router'
import { cloudtrail } from '~/api/client'
import type { GetImportResponse } from '~/api/operations.gen'
import { Confirm } from '~/components/confirm'
import { Copyable } from '~/components/copyable'
import { Empty } from '~/components/empty'
import { Loading } from '~/components/loading'
import { Problem } from '~/components/problem'
import { Stale } from '~/components/stale'
import { Time } from '~/components/time'
import { useTokenPages } from '~/lib/pages'
import { count, plural, shown, visible } from '~/lib/text'
import { duration } from '~/lib/time'
import { hrefOf, PageLink } from '~/shell/link'
import { useNotify } from '~/shell/notifications'
import { usePage } from '~/shell/page'
import { useRegion } from '~/shell/session'
import { idOf, useRefresh, useStoreNames } from './api'
import { addSample, explainFailure, failureStatuses, isRunning, percent, rate, type Sample } from './progress'
import { ImportStatus } from './status'

// Details is the page of one copy of trail events.
export default function Details() {
  const { id = '' } = useParams()
  usePage({ title: id, trail: [{ text: 'Imports', href: hrefOf('/imports') }] })
  const [region] = useRegion()
  const query = useQuery({
    queryKey: ['import', id, region],
    queryFn: ({ signal }) => cloudtrail('GetImport', { ImportId: id }, { region, signal }),
    refetchInterval: (query) => (isRunning(query.state.data?.ImportStatus) ? 1000 : false),
  })
  const { data: copy, error, refetch, dataUpdatedAt } = query
  const [samples, setSamples] = useState<Sample[]>([])
  const events = copy?.ImportStatistics?.EventsCompleted ?? 0
  useEffect(() => {
    if (dataUpdatedAt) setSamples((old) => addSample(old, { at: dataUpdatedAt, events }))
  }, [dataUpdatedAt, events])
  if (error && !copy) return <Problem header="The copy could not be read" error={error} onRetry={() => void refetch()} />
  if (!copy) return <Loading />
  return (
    <ContentLayout
      header={
        <Header variant="h1" actions={<Actions copy={copy} region={region} />}>
          Copy details
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Stale query={query} onRetry={() => void refetch()} />
        <Progress copy={copy} perSecond={rate(samples)} />
        <General copy={copy} region={region} />
        <Failures copy={copy} region={region} />
      </SpaceBetween>
    </ContentLayout>
  )
}

function Actions({ copy, region }: { copy: GetImportResponse; region: string }) {
  const { notify, fail } = useNotify()
  const refresh = useRefresh()
  const [asking, setAsking] = useState(false)
  const status = copy.ImportStatus
  const stop = useMutation({
    mutationFn: () => cloudtrail('StopImport', { ImportId: copy.ImportId! }, { region }),
    onSuccess: async () => {
      notify({ type: 'success', header: 'The copy is stopped' })
      setAsking(false)
      await refresh()
    },
  })
  const retry = useMutation({
    mutationFn: () => cloudtrail('StartImport', { ImportId: copy.ImportId! }, { region }),
    onSuccess: async () => {
      notify({ type: 'success', header: 'The copy goes on' })
      await refresh()
    },
    onError: (error) => fail('The copy was not started again', error),
  })
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button iconName="refresh" ariaLabel="Refresh" onClick={() => void refresh()} />
      <Button disabled={!isRunning(status)} onClick={() => setAsking(true)}>
        Stop copy
      </Button>
      <Button disabled={status !== 'FAILED' && status !== 'STOPPED'} loading={retry.isPending} onClick={() => retry.mutate()}>
        Retry copy
      </Button>
      <Confirm
        visible={asking}
        header="Stop copy?"
        action="Stop copy"
        loading={stop.isPending}
        error={stop.error}
        onConfirm={() => stop.mutate()}
        onDismiss={() => setAsking(false)}
      >
        Events that were copied stay in the event data store. With Retry copy it goes on where it stopped.
      </Confirm>
    </SpaceBetween>
  )
}

function Progress({ copy, perSecond }: { copy: GetImportResponse; perSecond: number | undefined }) {
  const s = copy.ImportStatistics ?? {}
  const status = copy.ImportStatus
  const running = isRunning(status)
  const value = percent(status, s)
  const nothing = status === 'COMPLETED' && !s.EventsCompleted
  return (
    <Container header={<Header variant="h2">Progress</Header>}>
      <SpaceBetween size="l">
        <ProgressBar
          label="Prefixes copied"
          status={running ? 'in-progress' : status === 'COMPLETED' ? 'success' : status === 'FAILED' ? 'error' : 'in-progress'}
          resultText={
            status === 'COMPLETED'
              ? `${plural(s.EventsCompleted ?? 0, 'event')} of ${plural(s.FilesCompleted ?? 0, 'file')} copied`
              : `${plural(s.FailedEntries ?? 0, 'file')} could not be copied. See the failures below.`
          }
          value={value}
          description={`${count(s.PrefixesCompleted ?? 0)} of ${plural(s.PrefixesFound ?? 0, 'prefix', 'prefixes')} found so far`}
          additionalInfo={
            status === 'STOPPED'
              ? 'Stopped. Retry copy goes on from here.'
              : running && perSecond !== undefined
                ? `${count(Math.round(perSecond))} events a second`
                : undefined
          }
        />
        <KeyValuePairs
          columns={4}
          items={[
            { label: 'Copy status', value: <ImportStatus status={status} /> },
            { label: 'Events copied', value: count(s.EventsCompleted ?? 0) },
            { label: 'Files copied', value: count(s.FilesCompleted ?? 0) },
            { label: 'Copy failures', value: count(s.FailedEntries ?? 0) },
          ]}
        />
        {nothing && (
          <Alert type="warning" header="No events were copied">
            {s.FilesCompleted
              ? `${plural(s.FilesCompleted, 'file was', 'files were')} read, but all their events are outside of the time range, or older than the event data store keeps events. Give it a longer retention period, or choose another time range, and copy again.`
              : 'No log files were found at the location and time range. Log files are at PREFIX/AWSLogs/ACCOUNT/CloudTrail/REGION/YEAR/MONTH/DAY/, and are compressed with gzip.'}
          </Alert>
        )}
      </SpaceBetween>
    </Container>
  )
}

function General({ copy, region }: { copy: GetImportResponse; region: string }) {
  const names = useStoreNames(region)
  const source = copy.ImportSource?.S3
  const store = copy.Destinations?.[0]
  const finished = !isRunning(copy.ImportStatus)
  const took = copy.UpdatedTimestamp && copy.CreatedTimestamp ? (copy.UpdatedTimestamp - copy.CreatedTimestamp) * 1000 : undefined
  return (
    <Container header={<Header variant="h2">Copy details</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: 'Event log S3 location', value: source ? <Copyable text={source.S3LocationUri} what="the location" /> : '-' },
          { label: 'Copy ID', value: <Copyable text={copy.ImportId!} what="the ID" /> },
          {
            label: 'Event data store',
            value: (
              <PageLink to={`/event-data-stores/${idOf(store)}`}>
                {shown(names.data?.find((s) => s.EventDataStoreArn === store)?.Name ?? idOf(store))}
              </PageLink>
            ),
          },
          { label: 'Created time', value: <Time value={copy.CreatedTimestamp} /> },
          { label: 'Finish time', value: finished ? <Time value={copy.UpdatedTimestamp} /> : '-' },
          { label: 'Duration', value: finished ? duration(took) : '-' },
          { label: 'Events from', value: copy.StartEventTime ? <Time value={copy.StartEventTime} /> : 'The first' },
          { label: 'Events until', value: copy.EndEventTime ? <Time value={copy.EndEventTime} /> : 'The last' },
          { label: 'IAM role', value: shown(source?.S3BucketAccessRoleArn) },
        ]}
      />
    </Container>
  )
}

function Failures({ copy, region }: { copy: GetImportResponse; region: string }) {
  const failed = copy.ImportStatistics?.FailedEntries ?? 0
  const pages = useTokenPages(copy.ImportId!)
  const query = useQuery({
    queryKey: ['import-failures', copy.ImportId, region, pages.token, failed, copy.ImportStatus],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      cloudtrail('ListImportFailures', { ImportId: copy.ImportId!, MaxResults: 25, NextToken: pages.token }, { region, signal }),
  })
  const next = query.isPlaceholderData ? undefined : query.data?.NextToken
  return (
    <Table
      wrapLines
      items={query.data?.Failures ?? []}
      loading={query.isPending}
      loadingText="Loading failures"
      ariaLabels={{ tableLabel: 'Copy failures' }}
      header={
        <Header
          variant="h2"
          counter={`(${count(failed)})`}
          description="Files that could not be copied, or of which events were left out. Retry copy tries them again."
        >
          Copy failures
        </Header>
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
          <Problem error={query.error} onRetry={() => void query.refetch()} />
        ) : (
          <Empty title="No failures">Every log file that was found could be copied.</Empty>
        )
      }
      columnDefinitions={[
        { id: 'location', header: 'Error location', cell: (f) => shown(f.Location, 2000), isRowHeader: true, minWidth: 240 },
        { id: 'type', header: 'Error type', cell: (f) => shown(f.ErrorType) },
        { id: 'means', header: 'What it means', cell: (f) => explainFailure(f.ErrorType), minWidth: 220 },
        { id: 'message', header: 'Error message', cell: (f) => visible(f.ErrorMessage ?? '-'), minWidth: 220 },
        { id: 'status', header: 'Status', cell: (f) => failureStatuses[f.Status ?? ''] ?? shown(f.Status) },
        { id: 'time', header: 'Last tried', cell: (f) => <Time value={f.LastUpdatedTime} /> },
      ]}
    />
  )
}
