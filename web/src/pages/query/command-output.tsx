import Box from '@cloudscape-design/components/box'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import type { DescribeQueryResponse } from '~/api/operations.gen'
import { Time } from '~/components/time'
import { bytes, count, visible } from '~/lib/text'
import { duration } from '~/lib/time'
import { PageLink } from '~/shell/link'
import { useSession } from '~/shell/session'
import { useStores } from './api'
import { storesOf } from './from'
import { deliveryOf, deliveryPlace, statusOf } from './statistics'
import type { Run } from './tabs'

// CommandOutput are the figures of a query.
export function CommandOutput({ run, query }: { run: Run; query: DescribeQueryResponse | undefined }) {
  const { stores } = useStores()
  const status = statusOf(query?.QueryStatus ?? 'QUEUED')
  const s = query?.QueryStatistics
  const named = storesOf(query?.QueryString ?? '')
  return (
    <SpaceBetween size="m">
      <KeyValuePairs
        columns={4}
        items={[
          { label: 'Status', value: <StatusIndicator type={status.type}>{status.text}</StatusIndicator> },
          { label: 'Run time', value: duration(s?.ExecutionTimeInMillis) },
          { label: 'Records matched', value: query?.QueryStatus === 'FINISHED' ? count(s?.EventsMatched) : '-' },
          { label: 'Records scanned', value: count(s?.EventsScanned) },
          { label: 'Bytes scanned', value: bytes(s?.BytesScanned) },
          { label: 'Started', value: <Time value={s?.CreationTime} /> },
          {
            label: 'Event data store',
            value:
              named.length === 0
                ? '-'
                : named.map((id) => {
                    const name = stores?.find((store) => store.id === id)?.name
                    return (
                      <div key={id}>
                        {name && <PageLink to={`/event-data-stores/${id}`}>{visible(name)}</PageLink>}
                        <Box color="text-body-secondary" fontSize="body-s">
                          {id}
                        </Box>
                      </div>
                    )
                  }),
          },
          { label: 'Query ID', value: <Copied text={run.queryId} what="query ID" /> },
          ...delivered(query, run),
        ]}
      />
      {query?.QueryString && (
        <div>
          <Box variant="awsui-key-label">Statement</Box>
          <pre className="query-pre" tabIndex={0} role="region" aria-label="Statement">
            {visible(query.QueryString)}
          </pre>
        </div>
      )}
    </SpaceBetween>
  )
}

function delivered(query: DescribeQueryResponse | undefined, run: Run) {
  const delivery = deliveryOf(query?.DeliveryStatus)
  if (!query?.DeliveryS3Uri || !delivery) return [{ label: 'Delivery status', value: 'Not saved to S3' }]
  const what = (
    <div>
      <StatusIndicator type={delivery.type}>{delivery.text}</StatusIndicator>
      {delivery.advice && (
        <Box color="text-body-secondary" fontSize="body-s">
          {delivery.advice}
        </Box>
      )}
    </div>
  )
  return [
    { label: 'Delivery status', value: what },
    { label: 'S3 location', value: <Place query={query} run={run} /> },
  ]
}

// Place is where the results are, or will be, in S3.
function Place({ query, run }: { query: DescribeQueryResponse; run: Run }) {
  const { account } = useSession()
  const uri = query.DeliveryS3Uri!
  const { CreationTime: created, ExecutionTimeInMillis: took } = query.QueryStatistics ?? {}
  const done = query.DeliveryStatus === 'SUCCESS' && created !== undefined
  return <Copied text={done ? deliveryPlace(uri, account, run.queryId, created, took ?? 0) : uri} what="S3 location" />
}

function Copied({ text, what }: { text: string; what: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      textToDisplay={visible(text)}
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText="Copied"
      copyErrorText="The browser refused to copy"
    />
  )
}
