import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import FormField from '@cloudscape-design/components/form-field'
import Modal from '@cloudscape-design/components/modal'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { cloudtrail } from '~/api/client'
import '~/components/json.css'
import { Problem } from '~/components/problem'
import { visible } from '~/lib/text'
import { hrefOf, PageLink, useFollow } from '~/shell/link'
import { statementFor, type View } from './sql'

// What stands for the store where there is none yet.
const placeholder = '$EDS_ID'

const idOf = (arn: string) => arn.slice(arn.lastIndexOf('/') + 1)

// QueryModal shows the SQL that finds in an event data store what the table shows.
export default function QueryModal({ view, onDismiss }: { view: View; onDismiss: () => void }) {
  const follow = useFollow()
  const stores = useQuery({
    queryKey: ['event-data-stores', view.region, 'first page'],
    queryFn: ({ signal }) => cloudtrail('ListEventDataStores', { MaxResults: 1000 }, { region: view.region, signal }),
  })
  const [chosen, choose] = useState<string>()
  const options = (stores.data?.EventDataStores ?? []).flatMap((store) =>
    store.EventDataStoreArn
      ? [{ value: idOf(store.EventDataStoreArn), label: visible(store.Name ?? ''), description: idOf(store.EventDataStoreArn) }]
      : [],
  )
  const store = chosen ?? options[0]?.value
  const sql = statementFor(view, store ?? placeholder)
  return (
    <Modal
      visible
      size="large"
      onDismiss={onDismiss}
      header="Query this view"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <CopyToClipboard copyButtonText="Copy" copySuccessText="Copied" copyErrorText="The browser refused to copy" textToCopy={sql} />
            <Button
              variant="primary"
              href={hrefOf(`/query?sql=${encodeURIComponent(sql)}&region=${view.region}`)}
              onFollow={follow}
              disabled={!store}
            >
              Open in editor
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box>
          This statement finds in an event data store what the event history shows here: as far back as the store keeps events, and to be
          counted, grouped and joined.
        </Box>
        {stores.error && (
          <Problem error={stores.error} header="The event data stores could not be listed" onRetry={() => void stores.refetch()} />
        )}
        {stores.isSuccess && options.length === 0 && (
          <Alert type="info">
            There is no event data store in this Region. <PageLink to="/event-data-stores/create">Create an event data store</PageLink> to
            query events; it collects those that come from then on, and earlier ones can be imported.
          </Alert>
        )}
        <FormField label="Event data store">
          <Select
            selectedOption={options.find((o) => o.value === store) ?? null}
            options={options}
            onChange={({ detail }) => choose(detail.selectedOption.value)}
            statusType={stores.isPending ? 'loading' : 'finished'}
            placeholder="Choose an event data store"
            empty="No event data stores"
            disabled={stores.isSuccess && options.length === 0}
          />
        </FormField>
        <div className="json">
          <pre tabIndex={0} role="region" aria-label="SQL">
            {visible(sql)}
          </pre>
        </div>
      </SpaceBetween>
    </Modal>
  )
}
