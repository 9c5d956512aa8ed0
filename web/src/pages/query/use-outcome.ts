import { useMemo } from 'react'
import { useRegion } from '~/shell/session'
import { useQueryState } from './api'
import type { Wrong } from './editor/marks'
import { hasEnded } from './statistics'
import type { Tab } from './tabs'
import { whereOf, type useRuns } from './use-run'

// useOutcome is what came of running a tab: how far its query is, why it failed, and
// where in the text that is to be seen while the text is the same.
export function useOutcome(tab: Tab, runs: ReturnType<typeof useRuns>) {
  const [region] = useRegion()
  const { run, sql } = tab
  const state = useQueryState(run?.region ?? region, run?.queryId)
  const failure = runs.failures[tab.id]
  const failed = state.data?.QueryStatus === 'FAILED' ? state.data.ErrorMessage : undefined
  const where = useMemo(() => failure ?? (failed && run ? whereOf(failed, run.text, run.offset) : undefined), [failure, failed, run])
  const asRun = failure?.text ?? run?.text
  const wrong = useMemo<Wrong | null>(
    () => (where?.range && where.place && asRun === sql ? { ...where.range, message: where.place.message } : null),
    [where, asRun, sql],
  )
  return {
    run,
    state,
    failure,
    wrong,
    starting: runs.starting.has(tab.id),
    running: !!run && !!state.data && !hasEnded(state.data.QueryStatus),
    cancelling: !!run && runs.cancelling.has(run.queryId),
    // changed tells that the text is not what was run.
    changed: !!run && run.text !== '' && run.text !== sql,
  }
}

export type Outcome = ReturnType<typeof useOutcome>
