import FormField from '@cloudscape-design/components/form-field'
import Multiselect from '@cloudscape-design/components/multiselect'
import { optionsState } from '~/lib/options'
import { useRegion } from '~/shell/session'
import { idOf, useStores } from './api'
import { kindOf } from './model'
import { NewStore, RefreshStores } from './new-store'

interface Props {
  // value has the ARNs of event data stores.
  value: string[]
  onChange: (value: string[]) => void
  error?: string
}

// DestinationsField chooses the event data stores that a channel delivers to.
export function DestinationsField({ value, onChange, error }: Props) {
  const [region] = useRegion()
  const { stores, all } = useStores(region)
  const able = stores.filter(({ store }) => store && kindOf(store) === 'integrations' && store.Status !== 'PENDING_DELETION')
  const option = (arn: string) => {
    const name = stores.find((s) => s.name.EventDataStoreArn === arn)?.name.Name
    return { value: arn, label: name ?? arn, description: idOf(arn) }
  }
  return (
    <FormField
      label="Event delivery location"
      description="Event data stores for events from integrations. Each event goes to all of them."
      constraintText={<NewStore />}
      secondaryControl={<RefreshStores query={all} />}
      errorText={error}
    >
      <Multiselect
        filteringType="auto"
        placeholder="Choose event data stores"
        {...optionsState(all, 'There are no event data stores for events from integrations in this Region.')}
        selectedOptions={value.map(option)}
        options={able.map(({ store }) => option(store!.EventDataStoreArn!))}
        onChange={({ detail }) => onChange(detail.selectedOptions.map((o) => o.value!))}
      />
    </FormField>
  )
}
