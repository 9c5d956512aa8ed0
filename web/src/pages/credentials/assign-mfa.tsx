import Box from '@cloudscape-design/components/box'
import ColumnLayout from '@cloudscape-design/components/column-layout'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { lazy, Suspense, useState } from 'react'
import { beginMfa, enableMfa, type NewDevice } from '~/api/credentials'
import { FormDialog } from '~/components/form-dialog'
import { Loading } from '~/components/loading'
import { digitsOf } from '~/lib/text'
import { useNotify } from '~/shell/notifications'
import './credentials.css'
import { codesProblem, groups, nameProblem } from './mfa-rules'

const QrCode = lazy(() => import('./qr-code'))

interface Props {
  taken: string[]
  onDismiss: () => void
  onDone: () => Promise<void>
}

// AssignMfa names a device, shows its secret, and proves with two codes that the device has it.
export function AssignMfa({ taken, onDismiss, onDone }: Props) {
  const { notify } = useNotify()
  const [name, setName] = useState('')
  const [device, setDevice] = useState<NewDevice>()
  const [codes, setCodes] = useState(['', ''])
  const [checked, setChecked] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const wrongName = checked && !device ? nameProblem(name, taken) : ''
  const wrongCodes = checked && device ? codesProblem(codes[0]!, codes[1]!) : ''

  const submit = async () => {
    setChecked(true)
    if (busy || (device ? codesProblem(codes[0]!, codes[1]!) : nameProblem(name, taken))) return
    setBusy(true)
    setError(undefined)
    try {
      if (!device) {
        setDevice(await beginMfa({ name: name.trim() }))
        setChecked(false)
      } else {
        await enableMfa({ name: name.trim(), code1: digitsOf(codes[0]!), code2: digitsOf(codes[1]!) })
        notify({ type: 'success', content: `The MFA device ${name.trim()} is assigned. The next sign-in asks for its code.` })
        await onDone()
        onDismiss()
      }
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  const code = (n: number, label: string) => (
    <FormField label={label}>
      <Input
        value={codes[n]!}
        onChange={({ detail }) => setCodes((old) => old.map((c, at) => (at === n ? detail.value : c)))}
        inputMode="numeric"
        autoComplete={n === 0 ? 'one-time-code' : 'off'}
        placeholder="6 digits"
        ariaRequired
      />
    </FormField>
  )
  return (
    <FormDialog
      header="Assign MFA device"
      action={device ? 'Add MFA' : 'Next'}
      loading={busy}
      error={error}
      onSubmit={() => void submit()}
      onDismiss={onDismiss}
    >
      {!device ? (
        <FormField label="Device name" description="For example, the phone that it is on." errorText={wrongName} stretch>
          <Input
            value={name}
            onChange={({ detail }) => setName(detail.value)}
            autoComplete="off"
            spellcheck={false}
            autoFocus
            ariaRequired
          />
        </FormField>
      ) : (
        <>
          <Box>
            1. Open an authenticator app (a TOTP app such as Aegis, Google Authenticator, 1Password) and scan this code, or type the
            secret key.
          </Box>
          <ColumnLayout columns={2} minColumnWidth={200}>
            <Suspense fallback={<Loading />}>
              <QrCode text={device.uri} label={`QR code of the device ${name.trim()}`} />
            </Suspense>
            <FormField label="Secret key" description="Shown only now. Keep it to yourself.">
              <SpaceBetween size="xs">
                <span className="credentials-secret">{groups(device.secret)}</span>
                <CopyToClipboard
                  copyButtonText="Copy"
                  copySuccessText="Copied"
                  copyErrorText="The browser refused to copy"
                  textToCopy={device.secret}
                />
              </SpaceBetween>
            </FormField>
          </ColumnLayout>
          <Box>2. Enter two codes that the app shows one after the other. They change every 30 seconds.</Box>
          <FormField errorText={wrongCodes}>
            <ColumnLayout columns={2} minColumnWidth={160}>
              {code(0, 'MFA code 1')}
              {code(1, 'MFA code 2')}
            </ColumnLayout>
          </FormField>
        </>
      )}
    </FormDialog>
  )
}
