import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useState, type ReactNode } from 'react'
import { Problem } from './problem'

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
  const confirm = () => ready && !loading && onConfirm()
  return (
    <Modal
      visible
      header={header}
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!ready} loading={loading} onClick={confirm}>
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {children && <div>{children}</div>}
        {warning && <Alert type="warning">{warning}</Alert>}
        {type !== undefined && (
          <form
            onSubmit={(event) => {
              event.preventDefault()
              confirm()
            }}
          >
            <FormField label={`To confirm, type "${type}" in the field.`}>
              <Input
                value={typed}
                placeholder={type}
                autoComplete={false}
                spellcheck={false}
                onChange={({ detail }) => setTyped(detail.value)}
              />
            </FormField>
          </form>
        )}
        {!!error && <Problem error={error} />}
      </SpaceBetween>
    </Modal>
  )
}
