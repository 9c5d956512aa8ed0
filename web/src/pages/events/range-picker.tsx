import Box from '@cloudscape-design/components/box'
import DateRangePicker, { type DateRangePickerProps } from '@cloudscape-design/components/date-range-picker'
import FormField from '@cloudscape-design/components/form-field'
import SegmentedControl from '@cloudscape-design/components/segmented-control'
import type { Zone } from '~/lib/time'
import { useZone } from '~/shell/topbar'
import { keyOf, presets, problemOf, withOffset, type Range, type Unit } from './range'

const options: DateRangePickerProps.RelativeOption[] = presets.map((range) => ({ ...range, key: keyOf(range) }))

const units: DateRangePickerProps.TimeUnit[] = ['minute', 'hour', 'day', 'week']

const name = (amount: number, unit: string) => `${amount} ${unit}${amount === 1 ? '' : 's'}`

// RangePicker chooses the time range, in the zone that times are shown in.
export function RangePicker({ range, onChange }: { range: Range; onChange: (range: Range) => void }) {
  const [zone, setZone] = useZone()
  const offset = (date: Date) => (zone === 'utc' ? 0 : -date.getTimezoneOffset())
  return (
    <DateRangePicker
      value={pickerValue(range, offset)}
      onChange={({ detail }) => onChange(rangeOf(detail.value))}
      isValidRange={(value) => {
        if (value === null) return { valid: false, errorMessage: 'Choose a range, or clear and dismiss.' }
        const problem = problemOf(rangeOf(value))
        return problem ? { valid: false, errorMessage: problem } : { valid: true }
      }}
      relativeOptions={options}
      customRelativeRangeUnits={units}
      getTimeOffset={offset}
      absoluteFormat="iso"
      dateInputFormat="iso"
      timeInputFormat="hh:mm:ss"
      expandToViewport
      showClearButton
      placeholder="Filter by date and time"
      ariaLabel="Time range"
      customAbsoluteRangeControl={() => (
        <Box margin={{ top: 's' }}>
          <FormField label="Time zone">
            <SegmentedControl
              label="Time zone"
              selectedId={zone}
              onChange={({ detail }) => setZone(detail.selectedId as Zone)}
              options={[
                { id: 'utc', text: 'UTC' },
                { id: 'local', text: 'Local time zone' },
              ]}
            />
          </FormField>
        </Box>
      )}
      i18nStrings={{
        modeSelectionLabel: 'Kind of range',
        relativeModeTitle: 'Relative range',
        absoluteModeTitle: 'Absolute range',
        relativeRangeSelectionHeading: 'Choose a range',
        clearButtonLabel: 'Clear and dismiss',
        formatRelativeRange: (value) => `Last ${name(value.amount, value.unit)}`,
        formatUnit: (unit, value) => (value === 1 ? unit : unit + 's'),
        customRelativeRangeOptionLabel: 'Custom',
        customRelativeRangeOptionDescription: 'Any range up to now',
        dateTimeConstraintText: `Times are ${zone === 'utc' ? 'UTC' : 'in your local time zone'}, with 24 hours.`,
      }}
    />
  )
}

function pickerValue(range: Range, offset: (date: Date) => number): DateRangePickerProps.Value | null {
  if (range?.type === 'relative') return { ...range, key: presets.some((p) => keyOf(p) === keyOf(range)) ? keyOf(range) : undefined }
  if (range?.type !== 'absolute') return null
  const at = (time: string) => withOffset(time, offset(new Date(time)))
  return { type: 'absolute', startDate: at(range.start), endDate: at(range.end) }
}

function rangeOf(value: DateRangePickerProps.Value | null): Range {
  if (!value) return null
  if (value.type === 'absolute') return { type: 'absolute', start: value.startDate, end: value.endDate }
  return { type: 'relative', amount: value.amount, unit: value.unit as Unit }
}
