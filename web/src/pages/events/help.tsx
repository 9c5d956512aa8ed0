import HelpPanel from '@cloudscape-design/components/help-panel'
import { PageLink } from '~/shell/link'
import { useKept } from './kept'

// EventsHelp explains the event history.
export function EventsHelp() {
  const kept = useKept()
  return (
    <HelpPanel header={<h2>Event history</h2>}>
      <p>
        The event history is a record of the management events of the last {kept} in one account and Region: who called what, when, from
        where, and what came of it. Nothing has to be turned on, and nobody can change or delete it. Older events that were loaded from
        log files stay for {kept} from then.
      </p>
      <h3>Find events</h3>
      <p>
        Filter by any of eight attributes, and by as many of them as you like: all must match. Values are exact and in full. At first the
        filter is &quot;Read-only = false&quot;, which leaves out events that changed nothing.
      </p>
      <h3>Compare</h3>
      <p>Select two to five events, also on several pages, then choose Compare event details.</p>
      <h3>Download</h3>
      <p>
        A file has what the filter and the time range find, not only this page: up to 200,000 events. It goes on while you open other pages
        of the console. In CSV files, cells that a spreadsheet would take for a formula begin with an apostrophe.
      </p>
      <h3>Longer, and across Regions</h3>
      <p>
        <PageLink to="/trails">Trails</PageLink> deliver events to a bucket for as long as you like.{' '}
        <PageLink to="/event-data-stores">Event data stores</PageLink> keep them for up to ten years, to be queried with SQL: &quot;Query
        this view&quot; writes the query for what you see.
      </p>
    </HelpPanel>
  )
}
