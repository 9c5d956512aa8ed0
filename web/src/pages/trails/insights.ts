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

// noType is what is wrong with Insights events that are on, of no type.
export const noType = 'Choose at least one type.'

// checkWanted is checkInsights where Insights events are switched on apart from their
// types.
export const checkWanted = (d: InsightsDraft, selection: Selection) => (d.rate || d.errors ? checkInsights(d, selection) : noType)
