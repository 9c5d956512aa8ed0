import Alert from '@cloudscape-design/components/alert'
import DateRangePicker, { type DateRangePickerProps } from '@cloudscape-design/components/date-range-picker'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import RadioGroup from '@cloudscape-design/components/radio-group'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useTrails } from '../trails/api'
import { locationOf } from '../trails/form'
import { BrowseBuckets } from '~/components/bucket-picker'
import { checkRange } from '~/lib/date-range'
import { optionsState } from '~/lib/options'
import { useRegion, useSession } from '~/shell/session'
import { tooOld, type CopyDraft, type CopyErrors, type Range } from './import-form'

interface Props {
  value: CopyDraft
  onChange: (value: CopyDraft) => void
  errors: CopyErrors
  // days is how long the destination keeps events.
  days: number | undefined
}

const relative: DateRangePickerProps.RelativeOption[] = [
  { key: 'months', amount: 6, unit: 'month', type: 'relative' },
  { key: 'year', amount: 1, unit: 'year', type: 'relative' },
  { key: 'two', amount: 2, unit: 'year', type: 'relative' },
  { key: 'seven', amount: 7, unit: 'year', type: 'relative' },
]

function pickerValue(range: Range): DateRangePickerProps.Value | null {
  if (range.type === 'all') return null
  if (range.type === 'relative') return { type: 'relative', amount: range.amount, unit: range.unit }
  return { type: 'absolute', startDate: range.start, endDate: range.end }
}

function rangeOf(value: DateRangePickerProps.Value | null): Range {
  if (!value) return { type: 'all' }
  if (value.type === 'relative') return { type: 'relative', amount: value.amount, unit: value.unit as 'day' | 'week' | 'month' | 'year' }
  return { type: 'absolute', start: value.startDate, end: value.endDate }
}

// CopyFields are where trail events are copied from, and which.
export function CopyFields({ value, onChange, errors, days }: Props) {
  const { account } = useSession()
  const [region] = useRegion()
  const query = useTrails(region)
  const trails = query.data ?? []
  const set = (change: Partial<CopyDraft>) => onChange({ ...value, ...change })
  const base = (bucket: string) => set({ uri: `s3://${bucket}/AWSLogs/${account}/CloudTrail/` })
  const chosen = trails.find((t) => locationOf(t, account) === value.uri)
  return (
    <SpaceBetween size="l">
      <FormField
        label={
          <>
            Event source - <i>optional</i>
          </>
        }
        description="Choose a trail to copy what it delivered, or enter the location below."
      >
        <Select
          selectedOption={chosen ? { value: chosen.TrailARN, label: chosen.Name } : null}
          placeholder="Choose a trail"
          {...optionsState(query, 'There are no trails in this Region.')}
          options={trails.map((t) => ({ value: t.TrailARN, label: t.Name, description: locationOf(t, account) }))}
          onChange={({ detail }) => {
            const trail = trails.find((t) => t.TrailARN === detail.selectedOption.value)
            if (trail) set({ uri: locationOf(trail, account) })
          }}
        />
      </FormField>
      <FormField
        label="S3 URI"
        description="Everything below this location that is a log file of CloudTrail is copied. Only files compressed with gzip are."
        errorText={errors.uri}
        secondaryControl={<BrowseBuckets label="Browse S3" onChoose={base} />}
      >
        <Input
          value={value.uri}
          placeholder="s3://amzn-s3-demo-bucket/AWSLogs/111122223333/CloudTrail/"
          spellcheck={false}
          onChange={({ detail }) => set({ uri: detail.value })}
        />
      </FormField>
      <FormField
        label="Time range of events"
        description="Events are chosen by their own time. Without a range, all events are copied."
        errorText={errors.range}
      >
        <DateRangePicker
          value={pickerValue(value.range)}
          placeholder="All events"
          relativeOptions={relative}
          rangeSelectorMode="default"
          customRelativeRangeUnits={['day', 'week', 'month', 'year']}
          onChange={({ detail }) => set({ range: rangeOf(detail.value) })}
          isValidRange={checkRange}
          i18nStrings={{ formatRelativeRange: (v) => `Last ${v.amount} ${v.unit}${v.amount === 1 ? '' : 's'}` }}
        />
      </FormField>
      {days !== undefined && tooOld(value.range, days) && (
        <Alert type="warning">
          The event data store keeps events for {days} days. Events that are older are left out of the copy. To copy them, give it a longer
          retention period first.
        </Alert>
      )}
      <ExpandableSection headerText="Permissions and Region of the bucket">
        <SpaceBetween size="l">
          <FormField label="Permissions">
            <RadioGroup
              value="custom"
              items={[
                {
                  value: 'custom',
                  label: 'Use a custom IAM role ARN',
                  description:
                    'Cairn keeps the ARN and does not take the role on: it reads a bucket of its own S3 endpoint as this account, and others with the credentials of its settings.',
                },
              ]}
            />
          </FormField>
          <FormField label="IAM role ARN" errorText={errors.role}>
            <Input value={value.role} spellcheck={false} onChange={({ detail }) => set({ role: detail.value })} />
          </FormField>
          <FormField label="Region of the bucket">
            <Input value={value.bucketRegion} spellcheck={false} onChange={({ detail }) => set({ bucketRegion: detail.value })} />
          </FormField>
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  )
}
