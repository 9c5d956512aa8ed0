import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import { Problem } from '~/components/problem'
import { visible } from '~/lib/text'
import type { Failure } from './use-run'

// NotStarted says why a query was not started. It stands where Run was chosen, not
// below where results would be.
export function NotStarted({ failure: { place, error }, onShow }: { failure: Failure; onShow?: () => void }) {
  if (!place) return <Problem header="The query was not started" error={error} />
  return (
    <Alert
      type="error"
      header={`The statement is wrong in line ${place.line}, column ${place.column}`}
      action={onShow && <Button onClick={onShow}>Go to line {place.line}</Button>}
    >
      {visible(place.message)}
    </Alert>
  )
}
