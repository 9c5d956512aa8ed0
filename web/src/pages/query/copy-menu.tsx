import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import { pathOf } from '~/api/client'
import { plural } from '~/lib/text'
import { useNotify } from '~/shell/notifications'
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

// DownloadMenu downloads all rows of the result; the server streams them.
export function DownloadMenu({ run }: { run: Run }) {
  const href = (format: string) => pathOf('query-results/download', { region: run.region, queryId: run.queryId, format })
  return (
    <ButtonDropdown
      items={[
        { id: 'csv', text: 'Download CSV', href: href('csv'), download: `${run.queryId}.csv` },
        { id: 'json', text: 'Download JSON', href: href('json'), download: `${run.queryId}.json` },
      ]}
    >
      Download results
    </ButtonDropdown>
  )
}
