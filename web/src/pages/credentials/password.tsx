import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Checkbox from '@cloudscape-design/components/checkbox'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import { useState, type FormEvent } from 'react'
import { changePassword } from '~/api/credentials'
import { ApiError } from '~/api/errors'
import { Problem } from '~/components/problem'
import { Time } from '~/components/time'
import { useNotify } from '~/shell/notifications'
import { useSession } from '~/shell/session'
import { rulesOf } from './password-rules'

const none = { old: '', new: '', again: '' }

// Password changes the password.
export function Password({ set, changed, onChanged }: { set: boolean; changed?: string; onChanged: () => Promise<void> }) {
  const [open, setOpen] = useState(false)
  return (
    <Container
      header={
        <Header variant="h2" actions={set && !open && <Button onClick={() => setOpen(true)}>Change password</Button>}>
          Console password
        </Header>
      }
    >
      {!set ? (
        <Box>
          There is no password, so you sign in with an access key. Who may run commands on the server sets one with{' '}
          <Box variant="code">cairn account password</Box>.
        </Box>
      ) : open ? (
        <ChangeForm onDone={() => setOpen(false)} onChanged={onChanged} />
      ) : (
        <Box>Changed: {changed ? <Time value={changed} /> : 'unknown'}</Box>
      )}
    </Container>
  )
}

function ChangeForm({ onDone, onChanged }: { onDone: () => void; onChanged: () => Promise<void> }) {
  const session = useSession()
  const { notify } = useNotify()
  const [fields, setFields] = useState(none)
  const [show, setShow] = useState(false)
  const [checked, setChecked] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const rules = rulesOf(fields.new, session.type === 'Root' ? '' : session.userName, session.account)
  const code = error instanceof ApiError ? error.code : ''
  const wrong = {
    old:
      checked && !fields.old
        ? 'Enter the password that you have now.'
        : code === 'AuthenticationFailed'
          ? 'This is not your password.'
          : '',
    new:
      checked && rules.some((r) => !r.kept)
        ? 'The new password does not keep the rules below.'
        : code === 'PasswordPolicyViolation'
          ? (error as Error).message
          : '',
    again: checked && fields.again !== fields.new ? 'The two passwords are not the same.' : '',
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setChecked(true)
    setError(undefined)
    if (busy || !fields.old || rules.some((r) => !r.kept) || fields.again !== fields.new) return
    setBusy(true)
    try {
      await changePassword({ old: fields.old, new: fields.new })
      notify({ type: 'success', content: 'The password is changed. Your other sessions have ended.' })
      await onChanged()
      onDone()
    } catch (failure) {
      setError(failure)
      setChecked(false)
    } finally {
      setBusy(false)
    }
  }
  const input = (name: keyof typeof fields, autoComplete: string) => (
    <Input
      name={name}
      type={show ? 'text' : 'password'}
      autoComplete={autoComplete}
      value={fields[name]}
      onChange={({ detail }) => setFields((old) => ({ ...old, [name]: detail.value }))}
      spellcheck={false}
      autoFocus={name === 'old'}
    />
  )
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <SpaceBetween size="m">
        {error && !wrong.old && !wrong.new ? <Problem error={error} header="The password is not changed" /> : null}
        {/* Password managers know by it whose password this is. */}
        <input type="text" name="username" autoComplete="username" value={session.userName} readOnly hidden />
        <FormField label="Current password" errorText={wrong.old}>
          {input('old', 'current-password')}
        </FormField>
        <FormField
          label="New password"
          errorText={wrong.new}
          constraintText={
            <SpaceBetween size="xxxs">
              {rules.map((rule) => (
                <StatusIndicator key={rule.text} type={rule.kept ? 'success' : checked ? 'error' : 'pending'}>
                  {rule.text}
                </StatusIndicator>
              ))}
            </SpaceBetween>
          }
        >
          {input('new', 'new-password')}
        </FormField>
        <FormField label="Confirm new password" errorText={wrong.again}>
          {input('again', 'new-password')}
        </FormField>
        <Checkbox checked={show} onChange={({ detail }) => setShow(detail.checked)}>
          Show passwords
        </Checkbox>
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="primary" formAction="submit" loading={busy}>
            Change password
          </Button>
          <Button variant="link" formAction="none" onClick={onDone}>
            Cancel
          </Button>
        </SpaceBetween>
      </SpaceBetween>
    </form>
  )
}
