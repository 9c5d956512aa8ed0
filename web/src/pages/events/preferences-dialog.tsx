import CollectionPreferences from '@cloudscape-design/components/collection-preferences'
import FormField from '@cloudscape-design/components/form-field'
import RadioGroup from '@cloudscape-design/components/radio-group'
import type { Zone } from '~/lib/time'
import { useZone } from '~/shell/topbar'
import { defaultColumns, optionalColumns } from './columns-list'
import type { TablePreferences } from './preferences'

const columns = [...defaultColumns, ...optionalColumns].map(({ id, label }) => ({ id, label, alwaysVisible: id === 'name' }))

// Preferences is the gear of the event history's table.
export function Preferences({ value, onChange }: { value: TablePreferences; onChange: (value: TablePreferences) => void }) {
  const [zone, setZone] = useZone()
  return (
    <CollectionPreferences
      title="Preferences"
      confirmLabel="Confirm"
      cancelLabel="Cancel"
      preferences={{ ...value, custom: zone }}
      onConfirm={({ detail }) => {
        const { custom, ...rest } = detail
        if (custom) setZone(custom as Zone)
        onChange({ ...value, ...(rest as Partial<TablePreferences>) })
      }}
      pageSizePreference={{ title: 'Page size', options: [10, 25, 50].map((n) => ({ value: n, label: `${n} events` })) }}
      wrapLinesPreference={{ label: 'Wrap lines', description: 'Show all the text, on several lines' }}
      stripedRowsPreference={{ label: 'Striped rows', description: 'Shade every other row' }}
      contentDensityPreference={{ label: 'Compact mode', description: 'Show more rows on the screen' }}
      stickyColumnsPreference={{
        firstColumns: {
          title: 'Stick first column', description: 'Keep the event name visible while scrolling to the side',
          options: [{ label: 'None', value: 0 }, { label: 'First column', value: 1 }],
        },
      }}
      contentDisplayPreference={{ title: 'Select visible columns', description: 'Choose the columns, and their order', options: columns }}
      customPreference={(chosen: Zone, choose) => (
        <FormField label="Event time display" description="For all pages of the console">
          <RadioGroup
            value={chosen}
            onChange={({ detail }) => choose(detail.value as Zone)}
            items={[{ value: 'utc', label: 'UTC' }, { value: 'local', label: 'Local time zone' }]}
          />
        </FormField>
      )}
    />
  )
}
