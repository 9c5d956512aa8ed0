import { usePage } from '~/shell/page'

export default function Page() {
  usePage({ title: 'Event data stores' })
  return null
}
