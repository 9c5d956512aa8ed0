import Box from '@cloudscape-design/components/box'
import CollectionPreferences from '@cloudscape-design/components/collection-preferences'
import Pagination from '@cloudscape-design/components/pagination'
import Table, { type TableProps } from '@cloudscape-design/components/table'
import { useMemo, useState, type ReactNode } from 'react'
import { count, shown } from '~/lib/text'
import { CellDialog, type Place } from './cell-dialog'
import { compareCells, isNumeric, widthOf, type Cell, type Column } from './cells'
import { pageSizes, type GridPreferences } from './grid-preferences'
import { shortType } from './schema'
import type { useResults } from './use-results'

interface Props {
  columns: Column[]
  rows: Cell[][]
  page: ReturnType<typeof useResults>
  loading: boolean
  filter: ReactNode
  preferences: GridPreferences
  onPreferences: (value: GridPreferences) => void
  selected: Cell[][]
  onSelect: (rows: Cell[][]) => void
  empty: ReactNode
}

// How much of a value is in its cell, and on how many lines; the dialog has all of it.
const mostShown = { wrapped: 2000, clipped: 200 }

// mostColumns are shown at first: a page of very many takes the browser seconds to draw.
const mostColumns = 50

const surplus = (columns: number): ReadonlySet<number> =>
  new Set(Array.from({ length: Math.max(0, columns - mostColumns) }, (_, i) => mostColumns + i))

// Grid is a page of rows.
export function Grid({ columns, rows, page, loading, filter, preferences, onPreferences, selected, onSelect, empty }: Props) {
  const [sorting, setSorting] = useState<{ column: number; descending: boolean }>()
  const [open, setOpen] = useState<Place>()
  const [chosen, setHidden] = useState<ReadonlySet<number>>()
  const hidden = useMemo(() => chosen ?? surplus(columns.length), [chosen, columns.length])
  const sorted = useMemo(() => {
    if (!sorting) return rows
    const { column, descending } = sorting
    const type = columns[column]?.type ?? ''
    return [...rows].sort((a, b) => compareCells(a[column]!, b[column]!, type) * (descending ? -1 : 1))
  }, [rows, columns, sorting])
  const definitions = useMemo(
    () =>
      columns.map((column, at): TableProps.ColumnDefinition<Cell[]> =>
        definition(column, at, widthOf(column, at, rows), preferences.wrapLines ? mostShown.wrapped : mostShown.clipped, setOpen),
      ),
    // Widths are of the first page; later ones keep them.
    [columns.map((c) => c.name + c.type).join('\n'), preferences.wrapLines],
  )
  return (
    <>
      <Table
        variant="embedded"
        items={sorted}
        columnDefinitions={definitions}
        visibleColumns={columns.flatMap((_, i) => (hidden.has(i) ? [] : [`c${i}`]))}
        resizableColumns
        wrapLines={preferences.wrapLines}
        contentDensity="compact"
        stripedRows
        enableKeyboardNavigation
        loading={loading}
        loadingText="Loading results"
        empty={empty}
        filter={filter}
        selectionType="multi"
        selectedItems={selected}
        onSelectionChange={({ detail }) => onSelect([...detail.selectedItems])}
        sortingColumn={sorting && definitions[sorting.column]}
        sortingDescending={sorting?.descending}
        onSortingChange={({ detail }) =>
          setSorting({ column: Number(detail.sortingColumn.sortingField), descending: detail.isDescending ?? false })
        }
        totalItemsCount={page.data?.total}
        firstIndex={page.first + 1}
        pagination={
          <Pagination
            currentPageIndex={page.index + 1}
            pagesCount={page.pages}
            openEnd={page.more}
            disabled={loading || page.loading}
            onChange={({ detail }) => {
              onSelect([])
              page.go(detail.currentPageIndex - 1)
            }}
            ariaLabels={{
              nextPageLabel: 'Next page',
              previousPageLabel: 'Previous page',
              paginationLabel: 'Pages of results',
              pageLabel: (n) => `Page ${n}`,
            }}
          />
        }
        preferences={<Preferences columns={columns} hidden={hidden} onHidden={setHidden} value={preferences} onChange={onPreferences} />}
        ariaLabels={{
          tableLabel: 'Query results',
          selectionGroupLabel: 'Rows',
          allItemsSelectionLabel: () => 'Select all rows of the page',
          itemSelectionLabel: (_, row) => `Select row ${count(page.first + rows.indexOf(row) + 1)}`,
        }}
      />
      {hidden.size > 0 && (
        <Box color="text-body-secondary" fontSize="body-s">
          {count(columns.length - hidden.size)} of {count(columns.length)} columns are shown. Choose others in the preferences; copies and
          downloads have all of them.
        </Box>
      )}
      {open && <CellDialog columns={columns} place={open} onDismiss={() => setOpen(undefined)} />}
    </>
  )
}

function definition(
  column: Column,
  at: number,
  width: number,
  most: number,
  onOpen: (place: Place) => void,
): TableProps.ColumnDefinition<Cell[]> {
  const name = shown(column.name, 80)
  return {
    id: `c${at}`,
    header: (
      <>
        {name}{' '}
        <Box fontSize="body-s" fontWeight="normal" color="text-body-secondary">
          {shortType(column.type)}
        </Box>
      </>
    ),
    ariaLabel: () => `${name} ${shortType(column.type)}`,
    sortingField: String(at),
    width,
    minWidth: 80,
    cell: (row) => (
      <button
        type="button"
        className={isNumeric(column.type) ? 'query-cell query-number' : 'query-cell'}
        title="Show the whole value"
        onClick={() => onOpen({ row, column: at })}
      >
        {row[at] === null ? (
          <span className="query-null">null</span>
        ) : row[at] === '' ? (
          <span className="query-null">empty</span>
        ) : (
          shown(row[at], most)
        )}
      </button>
    ),
  }
}

function Preferences({
  columns,
  hidden,
  onHidden,
  value,
  onChange,
}: {
  columns: Column[]
  hidden: ReadonlySet<number>
  onHidden: (hidden: ReadonlySet<number>) => void
  value: GridPreferences
  onChange: (value: GridPreferences) => void
}) {
  const ids = columns.map((_, i) => `c${i}`)
  return (
    <CollectionPreferences
      title="Preferences"
      confirmLabel="Confirm"
      cancelLabel="Cancel"
      preferences={{ pageSize: value.pageSize, wrapLines: value.wrapLines, visibleContent: ids.filter((_, i) => !hidden.has(i)) }}
      pageSizePreference={{ title: 'Rows on a page', options: pageSizes.map((n) => ({ value: n, label: `${n} rows` })) }}
      wrapLinesPreference={{ label: 'Wrap lines', description: 'Show more of each value, on as many lines as it needs' }}
      visibleContentPreference={{
        title: 'Columns',
        options: [
          {
            label: 'Columns of the result',
            options: columns.map((c, i) => ({ id: `c${i}`, label: shown(c.name, 80), editable: columns.length > 1 })),
          },
        ],
      }}
      onConfirm={({ detail }) => {
        const visible = detail.visibleContent ?? ids
        onHidden(new Set(visible.length > 0 ? ids.flatMap((id, i) => (visible.includes(id) ? [] : [i])) : []))
        onChange({ pageSize: detail.pageSize ?? value.pageSize, wrapLines: detail.wrapLines ?? value.wrapLines })
      }}
    />
  )
}
