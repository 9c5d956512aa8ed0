import Box from '@cloudscape-design/components/box'
import ColumnLayout from '@cloudscape-design/components/column-layout'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { ReactNode } from 'react'
import { visible } from '~/lib/text'
import { Json } from '../json'
import { templateLabels, type SelectorDraft } from './draft'
import { operatorLabels } from './rules'
import { basicTypes, toGiven, type BasicData, type Management, type Selection } from './selection'
import { print } from './text'

// ManagementSummary says which management events are logged.
export function ManagementSummary({ value }: { value: Management }) {
  if (!value.on) return <Off what="Management events" />
  if (value.mode === 'advanced') return <SelectorList list={value.selectors} />
  const activity = value.read && value.write ? 'All (read and write)' : value.read ? 'Read' : 'Write'
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: 'API activity', value: activity },
        { label: 'Exclude AWS KMS events', value: value.excludeKms ? 'Yes' : 'No' },
        { label: 'Exclude Amazon RDS Data API events', value: value.excludeRds ? 'Yes' : 'No' },
      ]}
    />
  )
}

// DataSummary says which data events are logged.
export function DataSummary({ value }: { value: Selection }) {
  if (value.basic) return value.basicData.length ? <BasicList list={value.basicData} /> : <Off what="Data events" />
  return value.data.length ? <SelectorList list={value.data} /> : <Off what="Data events" />
}

// NetworkSummary says which network activity events are logged.
export function NetworkSummary({ value }: { value: Selection }) {
  return value.network.length ? <SelectorList list={value.network} /> : <Off what="Network activity events" />
}

// SelectorsJson shows the selectors as the API has them.
export function SelectorsJson({ value }: { value: Selection }) {
  return (
    <ExpandableSection headerText="JSON view">
      <Json text={print(toGiven(value))} label="Event selectors" />
    </ExpandableSection>
  )
}

function Off({ what }: { what: string }) {
  return <Box color="text-body-secondary">{what} are not logged.</Box>
}

const readWrite = (read: boolean, write: boolean) => (read && write ? 'Read and write' : read ? 'Read' : write ? 'Write' : 'None')

function BasicList({ list }: { list: BasicData[] }) {
  return (
    <SpaceBetween size="m">
      {list.map((data) => {
        const type = basicTypes.find((t) => t.type === data.type)
        return (
          <KeyValuePairs
            key={data.key}
            columns={3}
            items={[
              { label: 'Data event source', value: type?.label ?? visible(data.type) },
              { label: type?.everything ?? 'All', value: readWrite(data.all.read, data.all.write) },
              {
                label: type?.single ?? 'Individual selection',
                value: data.rows.length ? <Lines list={data.rows.map((r) => `${r.value}: ${readWrite(r.read, r.write)}`)} /> : '-',
              },
            ]}
          />
        )
      })}
    </SpaceBetween>
  )
}

function Lines({ list }: { list: string[] }) {
  return (
    <>
      {list.map((line, i) => (
        <div key={i}>{visible(line)}</div>
      ))}
    </>
  )
}

function SelectorList({ list }: { list: SelectorDraft[] }) {
  return (
    <SpaceBetween size="m">
      {list.map((draft, i) => (
        <Selector key={draft.key} draft={draft} number={list.length > 1 ? i + 1 : undefined} />
      ))}
    </SpaceBetween>
  )
}

function Selector({ draft, number }: { draft: SelectorDraft; number?: number }) {
  const items: { label: string; value: ReactNode }[] = []
  if (draft.category === 'Data') items.push({ label: 'Resource type', value: draft.resourceType })
  if (draft.category === 'NetworkActivity') items.push({ label: 'Event source', value: draft.eventSource })
  items.push({ label: 'Log selector template', value: templateLabels[draft.category][draft.template] })
  items.push({ label: 'Selector name', value: draft.name ? visible(draft.name) : '-' })
  const conditions = draft.fields.flatMap((f) => f.conditions.map((c) => `${f.field} ${operatorLabels[c.operator]} ${c.value}`))
  return (
    <SpaceBetween size="xs">
      {number && <Box variant="h4">Selector {number}</Box>}
      <KeyValuePairs columns={3} items={items} />
      {draft.template === 'custom' && conditions.length > 0 && (
        <ColumnLayout columns={1}>
          <div>
            <Box variant="awsui-key-label">Conditions</Box>
            <Lines list={conditions} />
          </div>
        </ColumnLayout>
      )}
    </SpaceBetween>
  )
}
