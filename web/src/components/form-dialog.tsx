import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Modal, { type ModalProps } from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useId, type ReactNode } from 'react'
import { Problem } from './problem'

interface Props {
  header: string
  // action is what the button says that submits.
  action: string
  onSubmit: () => void
  onDismiss: () => void
  loading?: boolean
  disabled?: boolean
  error?: unknown
  size?: ModalProps.Size
  children: ReactNode
}

// FormDialog asks for something in a dialog; Enter submits it, and what came of it
// stands below what was asked.
export function FormDialog({ header, action, onSubmit, onDismiss, loading, disabled, error, size, children }: Props) {
  const id = useId()
  return (
    <Modal
      visible
      size={size}
      header={header}
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              Cancel
            </Button>
            <Button variant="primary" disabled={disabled} loading={loading} form={id} formAction="submit">
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        id={id}
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (!loading && !disabled) onSubmit()
        }}
      >
        <SpaceBetween size="m">
          {children}
          {!!error && <Problem error={error} />}
        </SpaceBetween>
      </form>
    </Modal>
  )
}
