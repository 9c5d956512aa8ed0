import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { Json } from '~/components/json'
import { plural, shown, visible } from '~/lib/text'
import { isJson, toJson, type Cell, type Column } from './cells'

// Place is a cell of a row.
export interface Place {
  row: Cell[]
  column: number
}

// CellDialog shows a value whole, laid out if it is JSON.
export function CellDialog({ columns, place: { row, column }, onDismiss }: { columns: Column[]; place: Place; onDismiss: () => void }) {
  const value = row[column] ?? null
  const { name, type } = columns[column]!
  return (
    <Modal
      visible
      size="large"
      onDismiss={onDismiss}
      header={shown(name, 120)}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <CopyToClipboard copyButtonText="Copy row as JSON" copySuccessText="Copied" copyErrorText="The browser refused to copy" textToCopy={toJson(columns, [row])} />
            <CopyToClipboard copyButtonText="Copy value" copySuccessText="Copied" copyErrorText="The browser refused to copy" textToCopy={value ?? ''} />
            <Button variant="primary" onClick={onDismiss}>
              Close
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="s">
        <Box color="text-body-secondary">
          {type}
          {value !== null && ` · ${plural([...value].length, 'character')}`}
        </Box>
        {value === null ? (
          <Box>NULL: the event has no such value.</Box>
        ) : isJson(value) ? (
          <Json text={value} label="Value" />
        ) : (
          <pre className="query-pre" tabIndex={0} role="region" aria-label="Value">{visible(value)}</pre>
        )}
      </SpaceBetween>
    </Modal>
  )
}
