import { usePage } from '~/shell/page'

export default function Page() {
  usePage({ title: 'Trails' })
  return null
}
