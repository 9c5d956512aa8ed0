import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Table from '@cloudscape-design/components/table'
import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import type { Event, Resource } from '~/api/operations.gen'
import { Empty } from '~/components/empty'
import { Json, pretty } from '~/components/json'
import { Loading } from '~/components/loading'
import { Problem } from '~/components/problem'
import { download, shown } from '~/lib/text'
import { PageLink } from '~/shell/link'
import { usePage } from '~/shell/page'
import { useRegion } from '~/shell/session'
import { SimilarMenu } from './columns'
import { useKept } from './kept'
import { detailsOf } from './details-fields'
import './events.css'
import { filterPath } from './filter'
import { similarTo } from './record'
import { eventQuery } from './use-events'
import { useHistoryHref } from './use-view'

// The page of one event: its fields, what it touched, its record, and events like it.
export default function EventDetails() {
  const { eventId = '' } = useParams()
  const [region] = useRegion()
  const { data: event, error, isPending, refetch } = useQuery(eventQuery(region, eventId))
  const title = event ? shown(event.EventName, 100) : 'Event'
  usePage({ title, trail: [{ text: 'Event history', href: useHistoryHref() }] })
  if (isPending) return <Loading />
  if (error) {
    return (
      <>
        <Header variant="h1">Event</Header>
        <Problem error={error} header="The event could not be read" onRetry={() => void refetch()} />
      </>
    )
  }
  if (!event) return <NoEvent id={eventId} region={region} />
  return (
    <SpaceBetween size="l">
      <Header variant="h1" actions={<SimilarMenu event={event} region={region} text="Similar events" />}>
        {title}
      </Header>
      <Details event={event} />
      <Resources resources={event.Resources ?? []} region={region} />
      <Record event={event} />
      <SimilarEvents event={event} region={region} />
    </SpaceBetween>
  )
}

function Details({ event }: { event: Event }) {
  return (
    <Container header={<Header variant="h2">Details</Header>}>
      <KeyValuePairs
        columns={4}
        minColumnWidth={200}
        items={detailsOf(event).map(({ label, value }) => ({ label, value: <span className="events-value">{value}</span> }))}
      />
    </Container>
  )
}

function Resources({ resources, region }: { resources: Resource[]; region: string }) {
  return (
    <Table<Resource>
      items={resources.slice(0, mostResources)}
      header={
        <Header
          variant="h2"
          counter={`(${resources.length})`}
          description={resources.length > mostResources ? `The first ${mostResources}; the event record has all.` : undefined}
        >
          Resources referenced
        </Header>
      }
      ariaLabels={{ tableLabel: 'Resources referenced' }}
      wrapLines
      columnDefinitions={[
        { id: 'type', header: 'Resource type', cell: (r) => shown(r.ResourceType), width: 240 },
        {
          id: 'name',
          header: 'Resource name',
          cell: (r) => <span className="events-value">{shown(r.ResourceName)}</span>,
          isRowHeader: true,
        },
        {
          id: 'similar',
          header: 'Events',
          width: 220,
          cell: (r) =>
            r.ResourceName && r.ResourceName.length <= 2000 ? (
              <PageLink
                to={filterPath([{ AttributeKey: 'ResourceName', AttributeValue: r.ResourceName }], region)}
                ariaLabel={`All events of this resource: ${shown(r.ResourceName, 100)}`}
              >
                All events of this resource
              </PageLink>
            ) : (
              '-'
            ),
        },
      ]}
      empty={<Empty title="No resources">The record names no resource that this event touched.</Empty>}
    />
  )
}

const mostResources = 100

function Record({ event }: { event: Event }) {
  const text = event.CloudTrailEvent ?? ''
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="The record in JSON, as it was recorded. Characters that would change how the text looks are spelt out."
          actions={
            <Button
              iconName="download"
              onClick={() => download(`event_${event.EventId ?? 'record'}.json`, 'application/json', pretty(text))}
            >
              Download
            </Button>
          }
        >
          Event record
        </Header>
      }
    >
      <Json text={text} label="Event record" />
    </Container>
  )
}

function SimilarEvents({ event, region }: { event: Event; region: string }) {
  const links = similarTo(event, region)
  if (links.length === 0) return null
  return (
    <Container header={<Header variant="h2">Similar events</Header>}>
      <ul className="events-similar">
        {links.map(({ id, text, path }) => (
          <li key={id}>
            <PageLink to={path}>{text}</PageLink>
          </li>
        ))}
      </ul>
    </Container>
  )
}

function NoEvent({ id, region }: { id: string; region: string }) {
  const kept = useKept()
  return (
    <>
      <Header variant="h1">Event</Header>
      <Empty title="The event history has no such event" action={<PageLink to="/events">Go to the event history</PageLink>}>
        No event of the last {kept} in {shown(region)} has the ID {shown(id, 100)}. Is it in another Region? Choose it at the top. Older
        events, data events and those of other accounts are found with a <PageLink to="/query">query</PageLink>.
      </Empty>
    </>
  )
}
