import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import { useState } from 'react'
import { FormDialog } from '~/components/form-dialog'

const mostName = 128

// RenameDialog asks for another name of an open query.
export function RenameDialog({ name, onRename, onDismiss }: { name: string; onRename: (name: string) => void; onDismiss: () => void }) {
  const [text, setText] = useState(name)
  const ready = text.trim() !== '' && text.trim().length <= mostName
  return (
    <FormDialog header="Rename query" action="Rename" size="small" disabled={!ready} onSubmit={() => onRename(text.trim())} onDismiss={onDismiss}>
      <FormField label="Name" errorText={text.trim().length > mostName && `A name has at most ${mostName} characters.`}>
        <Input value={text} onChange={({ detail }) => setText(detail.value)} autoFocus autoComplete={false} />
      </FormField>
    </FormDialog>
  )
}
