import Button from '@cloudscape-design/components/button'
import Checkbox from '@cloudscape-design/components/checkbox'
import Container from '@cloudscape-design/components/container'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Input, { type InputProps } from '@cloudscape-design/components/input'
import RadioGroup from '@cloudscape-design/components/radio-group'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { signIn, signInWithKey, type Challenge, type Session } from '~/api/session'
import { usePreference } from '~/lib/preferences'
import { Refusal, useWait } from './refusal'
import { accountOf, destinationOf, firstEmpty, isTemporary, needed, problemsOf, type FieldName, type Fields, type Kind, type Names } from './form'

const kinds = [
  { value: 'user', label: 'IAM user', description: 'A user of an account, with a name of their own' },
  { value: 'root', label: 'Root user', description: 'The owner of an account' },
  { value: 'key', label: 'Access key', description: 'The key that the AWS CLI uses' },
]

const labels: Record<FieldName, string> = {
  account: 'Account ID',
  user: 'User name',
  password: 'Password',
  accessKeyId: 'Access key ID',
  secretAccessKey: 'Secret access key',
  sessionToken: 'Session token',
}

interface Props {
  then: string
  // names are who was signed in before, or was asked for a code.
  names: Names
  error: unknown
  onAnswer: (answer: Session | Challenge, names: Names) => void
}

// CredentialsForm asks who is there.
export function CredentialsForm({ then, names, error: given, onAnswer }: Props) {
  const [kind, setKind] = usePreference<Kind>('sign-in.kind', 'user')
  const [fields, setFields] = useState<Fields>({ ...names, password: '', secretAccessKey: '', sessionToken: '' })
  const [show, setShow] = useState(false)
  // opened is whether the reader opened or closed the field of the session token.
  const [opened, setOpened] = useState<boolean>()
  const [checked, setChecked] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(given)
  const wait = useWait(error)
  const inputs = useRef<Partial<Record<FieldName, InputProps.Ref | null>>>({})
  const problems = checked ? problemsOf(kind, fields) : {}

  useEffect(() => {
    inputs.current[firstEmpty(kind, fields)]?.focus()
    // Only when another kind is chosen, not while somebody types.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [kind])

  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (busy || wait > 0) return
    setChecked(true)
    const wrong = Object.keys(problemsOf(kind, fields))[0] as FieldName | undefined
    if (wrong === 'sessionToken') setOpened(true)
    if (wrong) return inputs.current[wrong]?.focus()
    setBusy(true)
    setError(undefined)
    try {
      const { account, user, accessKeyId } = fields
      onAnswer(await send(kind, fields, destinationOf(then)), { account, user, accessKeyId })
    } catch (failure) {
      setError(failure)
      const secret = kind === 'key' ? 'secretAccessKey' : 'password'
      setChecked(false)
      setFields((old) => ({ ...old, [secret]: '' }))
      inputs.current[secret]?.focus()
    } finally {
      setBusy(false)
    }
  }
  const input = (name: FieldName, props: Partial<InputProps>) => (
    <FormField label={labels[name]} errorText={problems[name]} stretch key={name}>
      <Input
        {...props}
        ref={(ref) => void (inputs.current[name] = ref)}
        name={name}
        value={fields[name]}
        onChange={({ detail }) => setFields((old) => ({ ...old, [name]: detail.value }))}
        spellcheck={false}
        ariaRequired={needed[kind].includes(name)}
      />
    </FormField>
  )
  const secret: Partial<InputProps> = { type: show ? 'text' : 'password', autoComplete: 'current-password' }
  return (
    <form onSubmit={(event) => void submit(event)} noValidate>
      <Container header={<Header variant="h1">Sign in</Header>}>
        <SpaceBetween size="m">
          <RadioGroup
            ariaLabel="Sign in as"
            value={kind}
            onChange={({ detail }) => {
              setKind(detail.value as Kind)
              setChecked(false)
              setError(undefined)
            }}
            items={kinds}
          />
          {error ? <Refusal error={error} wait={wait} /> : null}
          {kind !== 'key' &&
            input('account', { inputMode: 'numeric', placeholder: '12 digits', autoComplete: kind === 'root' ? 'username' : 'off' })}
          {kind === 'user' && input('user', { autoComplete: 'username' })}
          {kind !== 'key' && input('password', secret)}
          {kind === 'key' && input('accessKeyId', { autoComplete: 'username', placeholder: 'AKIA…' })}
          {kind === 'key' && input('secretAccessKey', secret)}
          <Checkbox checked={show} onChange={({ detail }) => setShow(detail.checked)}>
            {kind === 'key' ? 'Show secret access key' : 'Show password'}
          </Checkbox>
          {kind === 'key' && (
            <ExpandableSection
              headerText="Temporary credentials"
              expanded={opened ?? isTemporary(fields)}
              onChange={({ detail }) => setOpened(detail.expanded)}
            >
              {input('sessionToken', { autoComplete: 'off' })}
            </ExpandableSection>
          )}
          <Button variant="primary" formAction="submit" fullWidth loading={busy} disabled={wait > 0}>
            Sign in
          </Button>
        </SpaceBetween>
      </Container>
    </form>
  )
}

function send(kind: Kind, fields: Fields, destination: string): Promise<Session | Challenge> {
  const account = accountOf(fields.account)
  switch (kind) {
    case 'user':
      return signIn({ account, user: fields.user.trim(), password: fields.password, destination })
    case 'root':
      return signIn({ account, root: true, password: fields.password, destination })
    case 'key':
      return signInWithKey({
        accessKeyId: fields.accessKeyId.trim(),
        secretAccessKey: fields.secretAccessKey.trim(),
        sessionToken: fields.sessionToken.trim() || undefined,
        destination,
      })
  }
}
