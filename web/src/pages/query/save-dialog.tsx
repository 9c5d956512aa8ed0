import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Form from '@cloudscape-design/components/form'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import { Problem } from '~/components/problem'
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
            <Button variant="primary" loading={saving} onClick={() => void save()}>
              Save query
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        <Form>
          <SpaceBetween size="m">
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
            {error !== undefined && <Problem error={error} />}
          </SpaceBetween>
        </Form>
      </form>
    </Modal>
  )
}
