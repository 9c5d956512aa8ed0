import { Empty } from '~/components/empty'
import { shown } from '~/lib/text'
import { PageLink } from '~/shell/link'

// NoTrail stands for a trail that is not there.
export function NoTrail({ name, region }: { name: string; region: string }) {
  return (
    <Empty title={`There is no trail ${shown(name, 128)} in ${region}`} action={<PageLink to="/trails">Go to the trails</PageLink>}>
      It may have been deleted, or show in another Region only: a trail for one Region shows in its home Region.
    </Empty>
  )
}
