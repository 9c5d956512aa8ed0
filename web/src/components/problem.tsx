import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import { adviceFor, ApiError, messageOf } from '~/api/errors'
import { visible } from '~/lib/text'

// Problem shows an error, what to do about it, and a way to try again.
export function Problem({ error, header, onRetry }: { error: unknown; header?: string; onRetry?: () => void }) {
  const advice = adviceFor(error)
  const id = error instanceof ApiError ? error.requestId : undefined
  return (
    <Alert type="error" header={header} action={onRetry && <Button onClick={onRetry}>Try again</Button>}>
      {visible(messageOf(error))}
      {advice && <div>{advice}</div>}
      {id && (
        <Box color="text-body-secondary" fontSize="body-s">
          Request {id}
        </Box>
      )}
    </Alert>
  )
}
