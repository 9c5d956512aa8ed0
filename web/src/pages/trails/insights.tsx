import Alert from '@cloudscape-design/components/alert'
import Checkbox from '@cloudscape-design/components/checkbox'
import FormField from '@cloudscape-design/components/form-field'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { InsightSelector } from '~/api/operations.gen'
import { type Selection } from '~/components/selectors/selection'
import { taken } from '~/components/selectors/selection-check'

// InsightsDraft is which unusual activity is looked for.
export interface InsightsDraft {
  rate: boolean
  errors: boolean
}

export const insightLabels = { ApiCallRateInsight: 'API call rate', ApiErrorRateInsight: 'API error rate' }

// toInsights makes the API's selectors.
export function toInsights(d: InsightsDraft): InsightSelector[] {
  return [
    ...(d.rate ? [{ InsightType: 'ApiCallRateInsight' as const }] : []),
    ...(d.errors ? [{ InsightType: 'ApiErrorRateInsight' as const }] : []),
  ]
}

// fromInsights reads the API's selectors.
export const fromInsights = (list: readonly InsightSelector[]): InsightsDraft => ({
  rate: list.some((i) => i.InsightType === 'ApiCallRateInsight'),
  errors: list.some((i) => i.InsightType === 'ApiErrorRateInsight'),
})

// checkInsights says what the server would refuse, for what is logged.
export function checkInsights(d: InsightsDraft, selection: Selection): string | undefined {
  const has = taken(selection)
  if (d.rate && !has.writes) return 'API call rate needs write management events to be logged.'
  if (d.errors && !has.writes && !has.reads) return 'API error rate needs read or write management events to be logged.'
  return undefined
}

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
