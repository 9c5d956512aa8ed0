import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Modal from '@cloudscape-design/components/modal'
import Pagination from '@cloudscape-design/components/pagination'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Table from '@cloudscape-design/components/table'
import TextFilter from '@cloudscape-design/components/text-filter'
import { useCollection } from '@cloudscape-design/collection-hooks'
import { useState } from 'react'
import { useBuckets, type Bucket } from '~/api/buckets'
import { visible } from '~/lib/text'
import { useRegion } from '~/shell/session'
import { Empty } from './empty'
import { Problem } from './problem'
import { Time } from './time'

// BrowseBuckets is a button that lets a bucket of the account be chosen.
export function BrowseBuckets({ label = 'Browse', onChoose }: { label?: string; onChoose: (name: string) => void }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button formAction="none" ariaLabel={label === 'Browse' ? 'Browse buckets' : undefined} onClick={() => setOpen(true)}>
        {label}
      </Button>
      {open && (
        <Choose
          onDismiss={() => setOpen(false)}
          onChoose={(name) => {
            setOpen(false)
            onChoose(name)
          }}
        />
      )}
    </>
  )
}

function Choose({ onDismiss, onChoose }: { onDismiss: () => void; onChoose: (name: string) => void }) {
  const [region] = useRegion()
  const { data = [], isPending, error, refetch } = useBuckets(region)
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(data, {
    filtering: {
      empty: (
        <Empty title="No buckets">
          This account has no buckets here yet. Create one with the AWS CLI, or let a new trail make its own.
        </Empty>
      ),
      noMatch: <Empty title="No matches">No bucket has this in its name.</Empty>,
      fields: ['name'],
    },
    pagination: { pageSize: 10 },
    sorting: { defaultState: { sortingColumn: { sortingField: 'name' } } },
    selection: { keepSelection: true, trackBy: 'name' },
  })
  const chosen = collectionProps.selectedItems?.[0] as Bucket | undefined
  return (
    <Modal
      visible
      size="large"
      header="Choose a bucket"
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={onDismiss}>
              Cancel
            </Button>
            <Button variant="primary" formAction="none" disabled={!chosen} onClick={() => onChoose(chosen!.name)}>
              Choose
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {error ? (
        <Problem header="The buckets could not be listed" error={error} onRetry={() => void refetch()} />
      ) : (
        <Table
          {...collectionProps}
          items={items}
          variant="embedded"
          selectionType="single"
          trackBy="name"
          loading={isPending}
          loadingText="Loading buckets"
          filter={
            <TextFilter
              {...filterProps}
              filteringPlaceholder="Find buckets by name"
              filteringAriaLabel="Find buckets"
              countText={`${filteredItemsCount} matches`}
            />
          }
          pagination={<Pagination {...paginationProps} />}
          onRowClick={({ detail }) => collectionProps.onSelectionChange?.({ detail: { selectedItems: [detail.item] } } as never)}
          ariaLabels={{ tableLabel: 'Buckets', selectionGroupLabel: 'Buckets', itemSelectionLabel: (_, item) => item.name }}
          columnDefinitions={[
            { id: 'name', header: 'Name', sortingField: 'name', cell: (b) => visible(b.name), isRowHeader: true },
            { id: 'created', header: 'Created', sortingField: 'created', cell: (b) => <Time value={b.created} /> },
          ]}
        />
      )}
    </Modal>
  )
}
