import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Input, { type InputProps } from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { signInWithCode, type Session } from '~/api/session'
import { digitsOf } from '~/lib/text'
import { endsChallenge } from './form'
import { Refusal, useWait } from './refusal'

interface Props {
  challenge: string
  onSession: (session: Session) => void
  // onBack leaves for the first step, with the error that ended this one, if one did.
  onBack: (error?: unknown) => void
}

// CodeForm asks for the code that the MFA device shows.
export function CodeForm({ challenge, onSession, onBack }: Props) {
  const [code, setCode] = useState('')
  const [problem, setProblem] = useState('')
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const wait = useWait(error)
  const input = useRef<InputProps.Ref>(null)
  useEffect(() => input.current?.focus(), [])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || wait > 0) return
    const digits = digitsOf(code)
    if (!/^\d{6}$/.test(digits)) {
      setProblem('A code has 6 digits.')
      return input.current?.focus()
    }
    setProblem('')
    setError(undefined)
    setBusy(true)
    try {
      onSession(await signInWithCode({ challenge, code: digits }))
    } catch (failure) {
      if (endsChallenge(failure)) return onBack(failure)
      setError(failure)
      setCode('')
      input.current?.focus()
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Container header={<Header variant="h1">Multi-factor authentication</Header>}>
        <SpaceBetween size="m">
          {error ? <Refusal error={error} wait={wait} /> : null}
          <FormField
            label="MFA code"
            description="Enter the code that your device shows now. Each code works once."
            errorText={problem}
            stretch
          >
            <Input
              ref={input}
              name="code"
              value={code}
              onChange={({ detail }) => setCode(detail.value)}
              inputMode="numeric"
              autoComplete="one-time-code"
              placeholder="6 digits"
              spellcheck={false}
              ariaRequired
            />
          </FormField>
          <Button variant="primary" formAction="submit" fullWidth loading={busy} disabled={wait > 0}>
            Submit
          </Button>
          <Button variant="link" formAction="none" fullWidth onClick={() => onBack()}>
            Cancel
          </Button>
        </SpaceBetween>
      </Container>
    </form>
  )
}
