import ContentLayout from '@cloudscape-design/components/content-layout'
import Header from '@cloudscape-design/components/header'
import Tabs from '@cloudscape-design/components/tabs'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useSearchParams } from 'react-router'
import { cloudtrail } from '~/api/client'
import { useNotify } from '~/shell/notifications'
import { usePage } from '~/shell/page'
import { useRegion } from '~/shell/session'
import { EditorTab } from './editor-tab'
import { QueryHelp } from './help'
import { History } from './history'
import './query.css'
import { SampleQueries } from './samples'
import { SavedQueries } from './saved'
import { useOpen, usePageTab, type PageTab } from './use-open'

const help = <QueryHelp />

// The query page: SQL over event data stores.
export default function QueryPage() {
  usePage({ title: 'Query', help })
  const [tab, go] = usePageTab()
  useAddress()
  return (
    <ContentLayout
      header={
        <Header variant="h1" description="Ask event data stores with SQL">
          Query
        </Header>
      }
    >
      <Tabs
        ariaLabel="Query"
        activeTabId={tab}
        onChange={({ detail }) => go(detail.activeTabId as PageTab)}
        tabs={[
          { id: 'editor', label: 'Editor', content: <EditorTab /> },
          { id: 'saved', label: 'Saved queries', content: <SavedQueries /> },
          { id: 'samples', label: 'Sample queries', content: <SampleQueries /> },
          { id: 'history', label: 'Results history', content: <History /> },
        ]}
      />
    </ContentLayout>
  )
}

// useAddress opens what the address asks for: a statement, or a query that was run.
// Then it is taken out of the address, so that going back does not open it again.
function useAddress(): void {
  const [params, setParams] = useSearchParams()
  const [region] = useRegion()
  const client = useQueryClient()
  const open = useOpen()
  const { fail } = useNotify()
  const sql = params.get('sql')
  const queryId = params.get('queryId')
  useEffect(() => {
    if (!sql) return
    open({ sql }, { replace: true })
  }, [sql, open])
  useEffect(() => {
    if (!queryId) return
    const read = () => cloudtrail('DescribeQuery', { QueryId: queryId }, { region })
    client.fetchQuery({ queryKey: ['query', region, queryId], queryFn: read }).then(
      ({ QueryString = '' }) => open({ sql: QueryString, run: { queryId, region, offset: 0, text: QueryString } }, { replace: true }),
      (error: unknown) => {
        fail('The query could not be opened', error)
        setParams(
          (old) => {
            const next = new URLSearchParams(old)
            next.delete('queryId')
            next.set('tab', 'history')
            return next
          },
          { replace: true },
        )
      },
    )
  }, [queryId, region, client, open, fail, setParams])
}
