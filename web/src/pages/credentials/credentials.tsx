import { usePage } from '~/shell/page'

export default function Page() {
  usePage({ title: 'Security credentials' })
  return null
}
