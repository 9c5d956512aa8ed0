import Alert from '@cloudscape-design/components/alert'
import Checkbox from '@cloudscape-design/components/checkbox'
import FormField from '@cloudscape-design/components/form-field'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { InsightsDraft } from './insights'

// InsightsFields choose the types of Insights events.
export function InsightsFields({
  value,
  onChange,
  error,
}: {
  value: InsightsDraft
  onChange: (value: InsightsDraft) => void
  error?: string
}) {
  return (
    <SpaceBetween size="m">
      <Alert type="info">
        This version of Cairn keeps the setting, and delivers Insights events that others recorded, but does not look for unusual activity
        by itself yet.
      </Alert>
      <FormField label="Insights types" errorText={error}>
        <SpaceBetween size="xs">
          <Checkbox
            checked={value.rate}
            description="Write management calls in a minute, measured against what is usual. Needs write management events."
            onChange={({ detail }) => onChange({ ...value, rate: detail.checked })}
          >
            API call rate
          </Checkbox>
          <Checkbox
            checked={value.errors}
            description="Management calls that end in errors. Needs read or write management events."
            onChange={({ detail }) => onChange({ ...value, errors: detail.checked })}
          >
            API error rate
          </Checkbox>
        </SpaceBetween>
      </FormField>
    </SpaceBetween>
  )
}
