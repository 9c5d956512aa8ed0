import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import { useState } from 'react'
import { pathOf } from '~/api/client'
import { plural } from '~/lib/text'
import { useNotify } from '~/shell/notifications'
import { queryResults } from './api'
import { toCsv, toJson, toTsv, type Cell, type Column } from './cells'
import type { Run } from './tabs'

const formats = { tsv: toTsv, csv: toCsv, json: toJson }
type Format = keyof typeof formats

// CopyMenu copies the rows that are selected, or all of the page.
export function CopyMenu({ columns, rows, selected }: { columns: Column[]; rows: Cell[][]; selected: Cell[][] }) {
  const { notify } = useNotify()
  const wanted = selected.length > 0 ? selected : rows
  const copy = async (format: Format) => {
    try {
      await navigator.clipboard.writeText(formats[format](columns, wanted))
      notify({ type: 'success', id: 'copied', content: `${plural(wanted.length, 'row')} copied.` })
    } catch {
      notify({ type: 'error', id: 'copied', content: 'The browser refused to copy.' })
    }
  }
  return (
    <ButtonDropdown
      disabled={wanted.length === 0}
      items={[
        {
          text: selected.length > 0 ? plural(selected.length, 'selected row') : `All ${plural(rows.length, 'row')} of the page`,
          items: [
            { id: 'tsv', text: 'Copy for spreadsheets (TSV)' },
            { id: 'csv', text: 'Copy as CSV' },
            { id: 'json', text: 'Copy as JSON' },
          ],
        },
      ]}
      onItemClick={({ detail }) => void copy(detail.id as Format)}
    >
      Copy
    </ButtonDropdown>
  )
}

// DownloadMenu downloads all rows of the result; the server streams them, and the
// browser saves them as they come.
export function DownloadMenu({ run }: { run: Run }) {
  const { fail } = useNotify()
  const [asking, setAsking] = useState(false)
  const href = (format: string) => pathOf('query-results/download', { region: run.region, queryId: run.queryId, format })
  // A download that is refused would be a failed file, and nobody would say why.
  const download = async (format: string) => {
    setAsking(true)
    try {
      await queryResults(run.region, { queryId: run.queryId, maxResults: 1 })
      const link = document.createElement('a')
      link.href = href(format)
      link.download = ''
      link.click()
    } catch (error) {
      fail('The results could not be downloaded', error)
    } finally {
      setAsking(false)
    }
  }
  return (
    <ButtonDropdown
      loading={asking}
      items={[
        { id: 'csv', text: 'Download CSV', href: href('csv') },
        { id: 'json', text: 'Download JSON', href: href('json') },
      ]}
      onItemFollow={(event) => {
        event.preventDefault()
        void download(event.detail.id)
      }}
    >
      Download results
    </ButtonDropdown>
  )
}
