import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useState } from 'react'

const mostName = 128

// RenameDialog asks for another name of an open query.
export function RenameDialog({ name, onRename, onDismiss }: { name: string; onRename: (name: string) => void; onDismiss: () => void }) {
  const [text, setText] = useState(name)
  const ready = text.trim() !== '' && text.trim().length <= mostName
  const rename = () => ready && onRename(text.trim())
  return (
    <Modal
      visible
      size="small"
      header="Rename query"
      onDismiss={onDismiss}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onDismiss}>
              Cancel
            </Button>
            <Button variant="primary" disabled={!ready} onClick={rename}>
              Rename
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          rename()
        }}
      >
        <FormField label="Name" errorText={text.trim().length > mostName && `A name has at most ${mostName} characters.`}>
          <Input value={text} onChange={({ detail }) => setText(detail.value)} autoFocus autoComplete={false} />
        </FormField>
      </form>
    </Modal>
  )
}
