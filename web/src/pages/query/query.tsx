import { usePage } from '~/shell/page'

export default function Page() {
  usePage({ title: 'Query' })
  return null
}
