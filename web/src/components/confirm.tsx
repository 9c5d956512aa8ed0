import Alert from '@cloudscape-design/components/alert'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import { useState, type ReactNode } from 'react'
import { FormDialog } from './form-dialog'

interface Props {
  visible: boolean
  header: string
  // action is what the button says.
  action: string
  onConfirm: () => void
  onDismiss: () => void
  loading?: boolean
  error?: unknown
  // type is a text that has to be typed before the button works.
  type?: string
  warning?: ReactNode
  children?: ReactNode
}

// Confirm asks before something is done, and says what that means.
export function Confirm({ visible, ...props }: Props) {
  // What was typed goes with the dialog.
  return visible ? <Asking {...props} /> : null
}

function Asking({ header, action, onConfirm, onDismiss, loading, error, type, warning, children }: Omit<Props, 'visible'>) {
  const [typed, setTyped] = useState('')
  const ready = type === undefined || typed.trim() === type
  return (
    <FormDialog header={header} action={action} onSubmit={onConfirm} onDismiss={onDismiss} loading={loading} disabled={!ready} error={error}>
      {children && <div>{children}</div>}
      {warning && <Alert type="warning">{warning}</Alert>}
      {type !== undefined && (
        <FormField label={`To confirm, type "${type}" in the field.`}>
          <Input value={typed} placeholder={type} autoComplete={false} spellcheck={false} onChange={({ detail }) => setTyped(detail.value)} />
        </FormField>
      )}
    </FormDialog>
  )
}
