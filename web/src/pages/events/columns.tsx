import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import type { TableProps } from '@cloudscape-design/components/table'
import { useDeferredValue, type ReactNode } from 'react'
import type { Event } from '~/api/operations.gen'
import { Time } from '~/components/time'
import { shown } from '~/lib/text'
import { hrefOf, PageLink, useFollow } from '~/shell/link'
import { defaultColumns, optionalColumns } from './columns-list'
import { eventPath, field, resourceNames, resourceTypes, similarTo, summary } from './record'

// mfaOf says whether the session behind an event used MFA, as its record tells it.
export function mfaOf(event: Event): string {
  const said =
    field(event, 'userIdentity', 'sessionContext', 'attributes', 'mfaAuthenticated') || field(event, 'additionalEventData', 'MFAUsed')
  return said === '' ? '' : said === 'true' || said === 'Yes' ? 'Yes' : said === 'false' || said === 'No' ? 'No' : said
}

// readOnlyOf is whether an event only read; some records do not say.
export const readOnlyOf = (event: Event) => event.ReadOnly ?? ''

const cells: Record<string, (event: Event, region: string) => ReactNode> = {
  time: (event) => <Time value={event.EventTime} />,
  user: (event) => shown(event.Username),
  source: (event) => shown(event.EventSource),
  types: (event) => shown(summary(resourceTypes(event))),
  names: (event) => shown(summary(resourceNames(event))),
  key: (event) => shown(event.AccessKeyId),
  region: (event) => shown(field(event, 'awsRegion')),
  ip: (event) => shown(field(event, 'sourceIPAddress')),
  error: (event) => {
    const code = field(event, 'errorCode')
    return code ? <StatusIndicator type="error">{shown(code)}</StatusIndicator> : '-'
  },
  readonly: (event) => shown(readOnlyOf(event)),
  id: (event) => shown(event.EventId),
  request: (event) => shown(field(event, 'requestID')),
  agent: (event) => shown(field(event, 'userAgent'), 200),
  identity: (event) => shown(field(event, 'userIdentity', 'type')),
  mfa: (event) => shown(mfaOf(event)),
  type: (event) => shown(field(event, 'eventType')),
  account: (event) => shown(field(event, 'recipientAccountId')),
}

const widths: Record<string, number> = {
  name: 175,
  time: 275,
  user: 120,
  source: 200,
  types: 150,
  names: 150,
  key: 210,
  region: 130,
  ip: 150,
  error: 190,
  readonly: 110,
  id: 320,
  request: 320,
  agent: 280,
  identity: 140,
  mfa: 110,
  type: 160,
  account: 150,
}

// columnsFor are the table's columns, with the widths that the reader gave them.
// isNew tells which events came in live.
export function columnsFor(
  region: string,
  kept: Record<string, number> = {},
  isNew: (event: Event) => boolean,
): TableProps.ColumnDefinition<Event>[] {
  const columns = [...defaultColumns, ...optionalColumns].map(({ id, label }): TableProps.ColumnDefinition<Event> => ({
    id,
    header: label,
    cell: id === 'name' ? (event) => <Name event={event} region={region} isNew={isNew(event)} /> : (event) => cells[id]!(event, region),
    width: kept[id] ?? widths[id],
    minWidth: 90,
    isRowHeader: id === 'name',
  }))
  return [
    ...columns,
    {
      id: 'similar',
      header: <span className="unseen">Similar events</span>,
      cell: (event) => <RowMenu event={event} region={region} />,
      width: 64,
      minWidth: 64,
    },
  ]
}

function Name({ event, region, isNew }: { event: Event; region: string; isNew: boolean }) {
  const name = shown(event.EventName)
  return (
    <span className={isNew ? 'events-new' : undefined}>
      {event.EventId ? <PageLink to={eventPath(event.EventId, region)}>{name}</PageLink> : name}
    </span>
  )
}

// RowMenu comes a moment after its row: fifty menus would keep the names waiting.
function RowMenu({ event, region }: { event: Event; region: string }) {
  const ready = useDeferredValue(true, false)
  return ready && <SimilarMenu event={event} region={region} />
}

// SimilarMenu leads to events that have something in common with one.
export function SimilarMenu({ event, region, text }: { event: Event; region: string; text?: string }) {
  const follow = useFollow()
  const items = similarTo(event, region).map(({ id, text, path }) => ({ id, text, href: hrefOf(path) }))
  return (
    <ButtonDropdown
      variant={text ? 'normal' : 'inline-icon'}
      ariaLabel={`Similar events: ${shown(event.EventName, 100)}`}
      expandToViewport
      items={items}
      onItemFollow={follow}
    >
      {text}
    </ButtonDropdown>
  )
}
