import Button from '@cloudscape-design/components/button'
import Link from '@cloudscape-design/components/link'
import { hrefOf } from '~/shell/link'
import { useRegion } from '~/shell/session'

// NewStore is a way to make the event data store that a form misses, which leaves the
// form as it is.
export function NewStore() {
  const [region] = useRegion()
  return (
    <Link
      external
      fontSize="inherit"
      href={hrefOf('/event-data-stores/create?region=' + region)}
      externalIconAriaLabel="Opens in a new tab"
    >
      Create an event data store
    </Link>
  )
}

// RefreshStores has the event data stores of a form asked for again.
export function RefreshStores({ query }: { query: { isPending: boolean; refetch: () => unknown } }) {
  return (
    <Button
      formAction="none"
      iconName="refresh"
      ariaLabel="Refresh the event data stores"
      loading={query.isPending}
      onClick={() => void query.refetch()}
    />
  )
}
