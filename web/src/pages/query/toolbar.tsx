import Button from '@cloudscape-design/components/button'
import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import ButtonGroup from '@cloudscape-design/components/button-group'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useState, type RefObject } from 'react'
import { messageOf } from '~/api/errors'
import { visible } from '~/lib/text'
import { useNotify } from '~/shell/notifications'
import type { Editor } from './editor/editor'

interface Props {
  editor: RefObject<Editor | null>
  tabIndents: boolean
  onTabIndents: (on: boolean) => void
  onCopyLink: () => void
}

// Toolbar is what can be done to the text of the editor.
export function Toolbar({ editor, tabIndents, onTabIndents, onCopyLink }: Props) {
  const { notify } = useNotify()
  const [formatting, setFormatting] = useState(false)
  const format = async () => {
    const at = editor.current
    if (!at) return
    setFormatting(true)
    try {
      const { formatSql } = await import('./editor/format')
      const { text, from } = at.selected()
      if (text.trim()) at.change([{ from, to: from + text.length, insert: formatSql(text) }])
    } catch (error) {
      notify({
        id: 'format',
        type: 'warning',
        header: 'The statement could not be formatted',
        content: 'It is not complete, or has a mistake: ' + visible(messageOf(error)).split('\n')[0],
      })
    } finally {
      setFormatting(false)
      at.focus()
    }
  }
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <ButtonGroup
        variant="icon"
        ariaLabel="Changes"
        items={[
          { type: 'icon-button', id: 'undo', iconName: 'undo', text: 'Undo' },
          { type: 'icon-button', id: 'redo', iconName: 'redo', text: 'Redo' },
        ]}
        onItemClick={({ detail }) => {
          if (detail.id === 'undo') editor.current?.undo()
          else editor.current?.redo()
          editor.current?.focus()
        }}
      />
      <Button loading={formatting} loadingText="Formatting" onClick={() => void format()}>
        Format selected
      </Button>
      <Button
        onClick={() => {
          editor.current?.comment()
          editor.current?.focus()
        }}
      >
        Comment/uncomment selected
      </Button>
      <ButtonDropdown
        variant="icon"
        ariaLabel="More for the editor"
        items={[
          { id: 'link', text: 'Copy link to this query' },
          { id: 'tab', itemType: 'checkbox', text: 'Tab key indents', checked: tabIndents, description: 'Esc, then Tab leaves the editor' },
        ]}
        onItemClick={({ detail }) => {
          if (detail.id === 'link') onCopyLink()
          if (detail.id === 'tab') onTabIndents(!tabIndents)
        }}
      />
    </SpaceBetween>
  )
}
