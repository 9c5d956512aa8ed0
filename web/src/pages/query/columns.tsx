import Box from '@cloudscape-design/components/box'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import Icon from '@cloudscape-design/components/icon'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useState } from 'react'
import { fieldsOf, shortType, speltName, type Field } from './schema'

// found are the fields whose path has a text in it, with those that lead there.
function found(fields: Field[], text: string, path = ''): { field: Field; path: string }[] {
  return fields.flatMap((field) => {
    const own = path + speltName(field.name)
    const inside = found(fieldsOf(field.type), text, own + '.')
    return own.toLowerCase().includes(text) ? [{ field, path: own }, ...inside] : inside
  })
}

// Columns lists the columns of the event data store; one that is chosen goes into
// the statement.
export function Columns({ columns, onChoose }: { columns: Field[]; onChoose: (text: string) => void }) {
  const [text, setText] = useState('')
  const shown =
    text.trim() === '' ? columns.map((field) => ({ field, path: speltName(field.name) })) : found(columns, text.trim().toLowerCase())
  return (
    <ExpandableSection
      headerText="Event properties"
      headerCounter={`(${columns.length})`}
      variant="footer"
      defaultExpanded={window.innerWidth > 1000}
    >
      <SpaceBetween size="xs">
        <Input
          type="search"
          value={text}
          onChange={({ detail }) => setText(detail.value)}
          placeholder="Find properties"
          ariaLabel="Find properties"
          clearAriaLabel="Clear"
        />
        {shown.length === 0 && <Box color="text-body-secondary">No property has this in its name.</Box>}
        <ul className="query-columns" aria-label="Event properties">
          {shown.map(({ field, path }) => (
            <Property key={path} field={field} path={path} nested={text.trim() === ''} onChoose={onChoose} />
          ))}
        </ul>
      </SpaceBetween>
    </ExpandableSection>
  )
}

function Property({ field, path, nested, onChoose }: { field: Field; path: string; nested: boolean; onChoose: (text: string) => void }) {
  const [open, setOpen] = useState(false)
  const fields = nested ? fieldsOf(field.type) : []
  const insert = field.type.startsWith('map(') ? `element_at(${path}, '')` : path
  const name = nested ? speltName(field.name) : path
  return (
    <li>
      <div className="query-property">
        {fields.length > 0 ? (
          <button type="button" className="query-more" aria-expanded={open} aria-label={`Fields of ${path}`} onClick={() => setOpen(!open)}>
            <Icon name={open ? 'caret-down-filled' : 'caret-right-filled'} />
          </button>
        ) : (
          nested && <span className="query-more" />
        )}
        <button
          type="button"
          className="query-column"
          title={field.description ?? `${path}: ${field.type.slice(0, 200)}`}
          onClick={() => onChoose(insert)}
        >
          <span>{name}</span>
          <span>{shortType(field.type)}</span>
        </button>
      </div>
      {open && fields.length > 0 && (
        <ul aria-label={path}>
          {fields.map((f) => (
            <Property key={f.name} field={f} path={`${path}.${speltName(f.name)}`} nested onChoose={onChoose} />
          ))}
        </ul>
      )}
    </li>
  )
}
