import Checkbox from '@cloudscape-design/components/checkbox'
import FormField from '@cloudscape-design/components/form-field'
import Multiselect from '@cloudscape-design/components/multiselect'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { optionsState } from '~/lib/options'
import { useRegion } from '~/shell/session'
import type { InsightsDraft } from '../trails/insights'
import { InsightsFields } from '../trails/insights-fields'
import { idOf, useStores } from './api'
import type { InsightsChoice } from './insights'
import { kindOf, selectionOf } from './model'
import { NewStore, RefreshStores } from './new-store'

// InsightsCapture has unusual activity in management events go to another store.
export function InsightsCapture({
  value,
  onChange,
  error,
}: {
  value: InsightsChoice
  onChange: (value: InsightsChoice) => void
  error?: string
}) {
  const [region] = useRegion()
  const { stores, all } = useStores(region)
  const destinations = stores.filter(({ store }) => store && kindOf(store) === 'insights' && store.Status !== 'PENDING_DELETION')
  const chosen = destinations.find(({ store }) => store?.EventDataStoreArn === value.destination)
  return (
    <SpaceBetween size="m">
      <Checkbox
        checked={value.on}
        description="Have Insights events about the management events of this event data store go to another one, which is for Insights events."
        onChange={({ detail }) => onChange({ ...value, on: detail.checked })}
      >
        Enable Insights events capture
      </Checkbox>
      {value.on && (
        <SpaceBetween size="m">
          <FormField
            label="Destination event data store"
            description="An event data store for CloudTrail Insights events."
            constraintText={<NewStore />}
            secondaryControl={<RefreshStores query={all} />}
            errorText={value.destination ? undefined : error}
          >
            <Select
              placeholder="Choose an event data store"
              {...optionsState(all, 'There is no event data store for Insights events in this Region.')}
              selectedOption={chosen ? { value: value.destination, label: chosen.store!.Name } : null}
              options={destinations.map(({ store }) => ({ value: store!.EventDataStoreArn, label: store!.Name }))}
              onChange={({ detail }) => onChange({ ...value, destination: detail.selectedOption.value! })}
            />
          </FormField>
          <InsightsFields
            value={value.types}
            onChange={(types) => onChange({ ...value, types })}
            error={value.destination ? error : undefined}
          />
        </SpaceBetween>
      )}
    </SpaceBetween>
  )
}

// InsightsSources chooses the stores whose Insights events come to one for them.
export function InsightsSources({
  value,
  onChange,
  error,
}: {
  value: { stores: string[]; types: InsightsDraft }
  onChange: (value: { stores: string[]; types: InsightsDraft }) => void
  error?: string
}) {
  const [region] = useRegion()
  const { stores, all } = useStores(region)
  const options = stores.flatMap(({ store }) =>
    store && kindOf(store) === 'events' && store.Status !== 'PENDING_DELETION' && selectionOf(store).management.on
      ? [{ value: store.EventDataStoreArn!, label: store.Name, description: idOf(store.EventDataStoreArn) }]
      : [],
  )
  return (
    <SpaceBetween size="m">
      <FormField label="Source event data stores" description="Their Insights events come here: a destination that they had before is replaced.">
        <Multiselect
          filteringType="auto"
          placeholder="Choose event data stores"
          {...optionsState(all, 'There is no event data store for management events in this Region.')}
          selectedOptions={options.filter((o) => value.stores.includes(o.value))}
          options={options}
          onChange={({ detail }) => onChange({ ...value, stores: detail.selectedOptions.map((o) => o.value!) })}
        />
      </FormField>
      {value.stores.length > 0 && (
        <InsightsFields value={value.types} onChange={(types) => onChange({ ...value, types })} error={error} />
      )}
    </SpaceBetween>
  )
}
