import { messageOf } from '~/api/errors'
import { visible } from './text'

interface Query {
  isPending: boolean
  error: unknown
  refetch: () => unknown
}

// optionsState is how the options of a select, which are asked for, are: a list that
// could not be read does not look like one that is empty.
export function optionsState(query: Query, empty: string) {
  if (!query.error) return { statusType: query.isPending ? ('loading' as const) : ('finished' as const), loadingText: 'Loading', empty }
  return {
    statusType: 'error' as const,
    errorText: `This could not be listed: ${visible(messageOf(query.error))}`,
    recoveryText: 'Try again',
    onLoadItems: () => void query.refetch(),
  }
}
