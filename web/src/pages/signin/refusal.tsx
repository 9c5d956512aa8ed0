import Alert from '@cloudscape-design/components/alert'
import { useEffect, useState } from 'react'
import { adviceFor, ApiError, messageOf } from '~/api/errors'

// useWait counts the seconds down that the server wants to pass before the next attempt.
export function useWait(error: unknown): number {
  const seconds = error instanceof ApiError ? (error.retryAfterSeconds ?? 0) : 0
  const [left, setLeft] = useState(0)
  useEffect(() => {
    const end = Date.now() + seconds * 1000
    const look = () => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)))
    look()
    if (seconds === 0) return
    const timer = setInterval(look, 250)
    return () => clearInterval(timer)
  }, [error, seconds])
  return left
}

// Refusal shows why a sign-in failed.
export function Refusal({ error, wait }: { error: unknown; wait: number }) {
  const limited = error instanceof ApiError && error.retryAfterSeconds !== undefined
  if (limited && wait === 0) return <Alert type="info">You can try again now.</Alert>
  const advice = adviceFor(error)
  return (
    <Alert type={limited ? 'warning' : 'error'} header={limited ? 'Too many attempts' : 'You are not signed in'}>
      <span role="alert">{limited ? 'There were too many failed attempts, so the server takes none for a while.' : messageOf(error)}</span>
      {advice && <div>{advice}</div>}
      {wait > 0 && (
        <div role="timer">
          Try again in {wait} {wait === 1 ? 'second' : 'seconds'}.
        </div>
      )}
    </Alert>
  )
}
