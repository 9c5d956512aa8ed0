import type { Selection } from '~/components/selectors/selection'
import { checkWanted, type InsightsDraft } from '../trails/insights'

// InsightsChoice is whether and where Insights events of a store go.
export interface InsightsChoice {
  on: boolean
  destination: string
  types: InsightsDraft
}

// checkCapture says what the server would refuse.
export function checkCapture({ on, destination, types }: InsightsChoice, selection: Selection): string | undefined {
  if (!on) return undefined
  return destination ? checkWanted(types, selection) : 'Choose a destination event data store.'
}
