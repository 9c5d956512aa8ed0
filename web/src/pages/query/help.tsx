import HelpPanel from '@cloudscape-design/components/help-panel'
import { PageLink } from '~/shell/link'

// QueryHelp explains the query page.
export function QueryHelp() {
  return (
    <HelpPanel header={<h2>Query</h2>}>
      <p>
        Queries are SELECT statements of Trino&apos;s SQL over <PageLink to="/event-data-stores">event data stores</PageLink>. The ID of a
        store stands in FROM; choosing one puts it there.
      </p>
      <h3>Narrow the time</h3>
      <p>
        A query reads the files whose events lie in the range of eventTime that WHERE asks for, and all of the store without one:{' '}
        <code>eventTime &gt; date_add(&apos;day&apos;, -7, current_timestamp)</code>.
      </p>
      <h3>Fields inside fields</h3>
      <p>
        Rows have dots: <code>userIdentity.sessionContext.attributes.mfaAuthenticated</code>. Maps have keys:{' '}
        <code>element_at(requestParameters, &apos;bucketName&apos;)</code>.
      </p>
      <h3>Keys of the editor</h3>
      <dl>
        <dt>Ctrl+Enter</dt>
        <dd>Runs what is selected, or all</dd>
        <dt>Ctrl+Space</dt>
        <dd>Offers columns, functions and stores</dd>
        <dt>Ctrl+/</dt>
        <dd>Comments lines, or not any more</dd>
        <dt>Ctrl+F</dt>
        <dd>Finds and replaces</dd>
        <dt>Tab</dt>
        <dd>Leaves the editor. If it is set to indent, press Esc first.</dd>
      </dl>
      <h3>Results</h3>
      <p>
        Results are kept for seven days, in the results history. Saved to S3 they stay, with a sign file: <code>cairn verify-results</code>{' '}
        proves them.
      </p>
    </HelpPanel>
  )
}
