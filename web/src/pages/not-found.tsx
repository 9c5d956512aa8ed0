import { Empty } from '~/components/empty'
import { PageLink } from '~/shell/link'
import { usePage } from '~/shell/page'

// NotFound is what an address without a page shows.
export default function NotFound() {
  usePage({ title: 'No such page' })
  return (
    <Empty title="There is no page at this address">
      <PageLink to="/events">Go to the event history</PageLink>
    </Empty>
  )
}
