import { usePage } from '~/shell/page'

export default function Page() {
  usePage({ title: 'Compare event details' })
  return null
}
