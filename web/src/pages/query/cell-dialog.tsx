import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import Modal from '@cloudscape-design/components/modal'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { Json } from '~/components/json'
import { plural, shown, visible } from '~/lib/text'
import { isJson, toJson, type Cell, type Column } from './cells'
import { layOut } from './nested'
import { shortType } from './schema'

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
            <CopyToClipboard
              copyButtonText="Copy row as JSON"
              copySuccessText="Copied"
              copyErrorText="The browser refused to copy"
              textToCopy={toJson(columns, [row])}
            />
            <CopyToClipboard
              copyButtonText="Copy value"
              copySuccessText="Copied"
              copyErrorText="The browser refused to copy"
              textToCopy={value ?? ''}
            />
            <Button variant="primary" onClick={onDismiss}>
              Close
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="s">
        <Box color="text-body-secondary">
          {shortType(type)}
          {value !== null && ` · ${plural([...value].length, 'character')}`}
        </Box>
        <Value value={value} type={type} />
      </SpaceBetween>
    </Modal>
  )
}

const mostLaidOut = 200_000

function Value({ value, type }: { value: Cell; type: string }) {
  if (value === null) return <Box>NULL: the event has no such value.</Box>
  if (isJson(value)) return <Json text={value} label="Value" />
  const raw = (
    <pre className="query-pre" tabIndex={0} role="region" aria-label="Value">
      {visible(value)}
    </pre>
  )
  const laidOut = value.length <= mostLaidOut ? layOut(value, type) : undefined
  if (laidOut === undefined) return raw
  return (
    <SpaceBetween size="s">
      <Json text={JSON.stringify(laidOut)} label="Value, laid out" />
      <ExpandableSection headerText="As the query returned it">{raw}</ExpandableSection>
    </SpaceBetween>
  )
}
