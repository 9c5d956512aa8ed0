import { usePage } from '~/shell/page'

export default function Page() {
  usePage({ title: 'Event history' })
  return null
}
