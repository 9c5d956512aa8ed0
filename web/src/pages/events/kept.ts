import { plural } from '~/lib/text'
import { useSession } from '~/shell/session'

// useKept is for how long the event history keeps events: 90 days.
export function useKept(): string {
  const { historyDays } = useSession()
  return plural(Math.round(historyDays * 10) / 10, 'day')
}
