import { usePage } from '~/shell/page'

export default function Page() {
  usePage({ title: 'Integrations' })
  return null
}
