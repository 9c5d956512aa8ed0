import { Problem } from './problem'

interface Query {
  data: unknown
  error: unknown
}

// Stale says so when a page that is asked for again and again shows what was known
// before asking failed.
export function Stale({ query, onRetry }: { query: Query; onRetry: () => void }) {
  if (!query.error || query.data === undefined) return null
  return <Problem header="This page could not be refreshed" error={query.error} onRetry={onRetry} />
}
