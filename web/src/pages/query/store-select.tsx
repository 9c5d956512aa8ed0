import Alert from '@cloudscape-design/components/alert'
import FormField from '@cloudscape-design/components/form-field'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { Problem } from '~/components/problem'
import { usePreference } from '~/lib/preferences'
import { visible } from '~/lib/text'
import { PageLink } from '~/shell/link'
import { useRegion, useSession } from '~/shell/session'
import { usable, type Store, type useStores } from './api'

// useChosenStore is the event data store that was chosen last in this Region.
export function useChosenStore(): [string | undefined, (id: string) => void] {
  const [region] = useRegion()
  const { account } = useSession()
  return usePreference<string | undefined>(`query-store.${account}.${region}`, undefined)
}

const states: Record<string, string> = {
  CREATED: 'Created',
  ENABLED: 'Enabled',
  PENDING_DELETION: 'Pending deletion',
  STARTING_INGESTION: 'Starting ingestion',
  STOPPING_INGESTION: 'Stopping ingestion',
  STOPPED_INGESTION: 'Stopped ingestion',
}

// optionOf is a store as a select offers it.
export function optionOf(store: Store) {
  const waits = !usable(store)
  return {
    value: store.id,
    label: visible(store.name),
    description: store.id,
    disabled: waits,
    labelTag: store.status && states[store.status],
    disabledReason: waits ? 'Restore it before it can be queried' : undefined,
  }
}

interface Props {
  stores: ReturnType<typeof useStores>
  value: string | undefined
  onChoose: (id: string) => void
  description?: string
  // quiet leaves it to the page to say that there are none.
  quiet?: boolean
}

// NoStores says that there is nothing to query, and what to do about it.
export function NoStores() {
  return (
    <Alert type="info" header="There is nothing to query yet">
      Queries read event data stores, and this Region has none.{' '}
      <PageLink to="/event-data-stores/create">Create an event data store</PageLink>: it collects events from then on, and earlier ones can
      be imported.
    </Alert>
  )
}

// StoreSelect chooses the event data store that a query reads.
export function StoreSelect({ stores: { stores, isPending, error, refetch }, value, onChoose, description, quiet }: Props) {
  const options = (stores ?? []).map(optionOf)
  const known = options.find((o) => o.value === value)
  return (
    <SpaceBetween size="s">
      {error && <Problem header="The event data stores could not be listed" error={error} onRetry={() => void refetch()} />}
      {stores?.length === 0 && !quiet && <NoStores />}
      <FormField label="Event data store" description={description}>
        <Select
          selectedOption={known ?? (value && stores ? { value, label: value, description: 'Not in this Region' } : null)}
          options={options}
          onChange={({ detail }) => onChoose(detail.selectedOption.value!)}
          statusType={isPending ? 'loading' : error ? 'error' : 'finished'}
          errorText="They could not be listed"
          loadingText="Loading event data stores"
          placeholder="Choose an event data store"
          empty="No event data stores"
          filteringType={options.length > 8 ? 'auto' : 'none'}
          filteringPlaceholder="Find event data stores"
          disabled={stores?.length === 0}
        />
      </FormField>
    </SpaceBetween>
  )
}
