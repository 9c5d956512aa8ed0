import ExpandableSection from '@cloudscape-design/components/expandable-section'
import FormField from '@cloudscape-design/components/form-field'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import { toGiven, type Selection } from './selection'
import { parse, print } from './text'

interface Props {
  value: Selection
  onChange: (value: Selection) => void
  target: 'trail' | 'store'
}

// JsonView shows the selectors as JSON, which can be edited too. Text that is no
// selectors stays, with what is wrong about it, until it is corrected.
export function JsonView({ value, onChange, target }: Props) {
  const printed = print(toGiven(value))
  // edited is a text as it was typed, from which the selectors were read.
  const [edited, setEdited] = useState<{ text: string; from: string } | null>(null)
  const change = (text: string) => {
    const read = parse(text, target)
    if ('error' in read) onChange({ ...value, unread: { text, error: read.error } })
    else {
      setEdited({ text, from: print(toGiven(read.selection)) })
      onChange(read.selection)
    }
  }
  // A change elsewhere in the form wins over a text that was being edited.
  const text = value.unread?.text ?? (edited?.from === printed ? edited.text : printed)
  return (
    <ExpandableSection
      headerText="JSON view"
      headerDescription="The event selectors as the API and the AWS CLI take them. Changes here change the form above."
      variant="container"
    >
      <FormField label="Event selectors" errorText={value.unread?.error} stretch>
        <Textarea
          value={text}
          rows={Math.min(30, printed.split('\n').length + 1)}
          spellcheck={false}
          onChange={({ detail }) => change(detail.value)}
          onBlur={() => setEdited(null)}
        />
      </FormField>
    </ExpandableSection>
  )
}
