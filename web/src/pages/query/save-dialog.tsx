import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import { FormDialog } from '~/components/form-dialog'
import { plural } from '~/lib/text'

interface Props {
  header: string
  name: string
  description: string
  onSave: (name: string, description: string) => Promise<void>
  onDismiss: () => void
}

const mostName = 128
const mostDescription = 1000

// SaveDialog asks for the name and description of a query.
export function SaveDialog({ header, onSave, onDismiss, ...initial }: Props) {
  const [name, setName] = useState(initial.name)
  const [description, setDescription] = useState(initial.description)
  const [tried, setTried] = useState(false)
  const [saving, setSaving] = useState(false)
  const [error, setError] = useState<unknown>()
  const wrong = !name.trim() ? 'Enter a name.' : name.trim().length > mostName ? `A name has at most ${mostName} characters.` : undefined
  const save = async () => {
    setTried(true)
    if (wrong || description.length > mostDescription || saving) return
    setSaving(true)
    setError(undefined)
    try {
      await onSave(name.trim(), description.trim())
    } catch (error) {
      setError(error)
      setSaving(false)
    }
  }
  return (
    <FormDialog header={header} action="Save query" loading={saving} error={error} onSubmit={() => void save()} onDismiss={onDismiss}>
      <FormField label="Query name" errorText={tried && wrong}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} autoFocus autoComplete={false} />
      </FormField>
      <FormField
        label={
          <>
            Description <i>- optional</i>
          </>
        }
        errorText={
          description.length > mostDescription ? `A description has at most ${plural(mostDescription, 'character')}.` : undefined
        }
      >
        <Textarea
          value={description}
          onChange={({ detail }) => setDescription(detail.value)}
          rows={3}
          placeholder="What is it for?"
        />
      </FormField>
    </FormDialog>
  )
}
