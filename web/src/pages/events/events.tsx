import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import type { Event } from '~/api/operations.gen'
import { Loading } from '~/components/loading'
import { Problem } from '~/components/problem'
import { plural } from '~/lib/text'
import { useGo } from '~/shell/link'
import { usePage } from '~/shell/page'
import type { Format } from './download'
import { useDownloads } from './downloads'
import './events.css'
import { EventsHelp } from './help'
import { useKept } from './kept'
import { mostLive, prepend, useLive } from './live'
import { useTablePreferences } from './preferences'
import { isOpen } from './range'
import { EventsTable } from './table'
import { useEvents } from './use-events'
import { useView } from './use-view'

const QueryModal = lazy(() => import('./query-modal'))

const help = <EventsHelp />

// How long the page waits for its first answer before it shows itself without, in milliseconds.
const patience = 500

// useLate tells that the page has been there for a while.
function useLate(milliseconds: number): boolean {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), milliseconds)
    return () => clearTimeout(timer)
  }, [milliseconds])
  return late
}

// However many events come, the page is loaded anew only this often, in milliseconds.
const pause = 5000

// The event history: what happened in the account and Region in the last days.
export default function EventHistory() {
  usePage({ title: 'Event history', contentType: 'table', help })
  const view = useView()
  const [preferences, setPreferences] = useTablePreferences()
  const page = useEvents(view, preferences.pageSize)
  const [selected, select] = useState<Event[]>([])
  const [querying, setQuerying] = useState(false)
  const downloads = useDownloads()
  const kept = useKept()
  const go = useGo()

  const { region, attributes, range } = view
  const { refresh, number } = page
  const onFirst = number === 1
  const gap = useCallback(() => onFirst && refresh(), [onFirst, refresh])
  // What happens now is in no range that is over.
  const open = isOpen(range, page.began)
  const live = useLive(view.live && open, region, attributes, gap)
  const { loaded } = live
  const loadedAt = page.fetching ? 0 : page.began
  useEffect(() => {
    if (loadedAt && onFirst) loaded(page.events)
    // Once for each time that the page was loaded, not for each event that comes.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [loadedAt, onFirst, loaded])
  // Events of two Regions cannot be compared.
  useEffect(() => select([]), [region])
  const flood = onFirst && live.events.length >= mostLive
  useEffect(() => {
    if (!flood || !loadedAt) return
    const timer = setTimeout(refresh, Math.max(0, loadedAt + pause - Date.now()))
    return () => clearTimeout(timer)
  }, [flood, loadedAt, refresh])

  const events = useMemo(() => {
    if (!onFirst || live.events.length === 0) return page.events
    // There may be others between those that came and those that were there.
    return flood ? live.events : prepend(page.events, live.events, Infinity)
  }, [onFirst, flood, live.events, page.events])
  const arrived = useMemo(() => new Set(onFirst ? live.events.map((e) => e.EventId) : []), [onFirst, live.events])
  const isNew = useCallback((event: Event) => arrived.has(event.EventId), [arrived])
  const download = (format: Format) => {
    // With an end, later parts do not shift while events come.
    const bounds = { ...page.bounds, end: page.bounds.end ?? Math.floor(Date.now() / 1000) }
    downloads.start({ region, attributes, bounds, format, part: 1 })
  }

  // A fast answer is shown at once: a table of placeholders before it takes as long to make.
  const late = useLate(patience)
  if (page.loading && !late) return <Loading />
  return (
    <SpaceBetween size="m">
      {!onFirst && live.events.length > 0 && (
        <Alert type="info" action={<Button onClick={refresh}>Show</Button>}>
          <span role="status">{live.events.length < mostLive ? plural(live.events.length, 'new event') : `${mostLive} or more new events`}</span>
        </Alert>
      )}
      {page.error && !page.loading ? <Problem error={page.error} header="The event history could not be read" onRetry={refresh} /> : null}
      {live.problem ? <Problem error={live.problem} header="New events cannot be followed" /> : null}
      <EventsTable
        view={view}
        page={page}
        events={events}
        isNew={isNew}
        live={{ status: live.status, possible: open }}
        preferences={preferences}
        onPreferences={setPreferences}
        selected={selected}
        onSelect={select}
        onRefresh={refresh}
        onCompare={() => go(`/events/compare?ids=${selected.map((e) => encodeURIComponent(e.EventId ?? '')).join(',')}`)}
        onQuery={() => setQuerying(true)}
        downloading={downloads.running}
        onDownload={download}
      />
      <Box variant="small" color="text-body-secondary">
        The event history shows management events of the last {kept} in this account and Region. It needs no trail, costs nothing, and
        nobody can change it.
      </Box>
      {querying && (
        <Suspense>
          <QueryModal view={{ region, attributes, bounds: page.bounds }} onDismiss={() => setQuerying(false)} />
        </Suspense>
      )}
    </SpaceBetween>
  )
}
