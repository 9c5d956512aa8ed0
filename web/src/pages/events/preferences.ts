import type { CollectionPreferencesProps } from '@cloudscape-design/components/collection-preferences'
import { usePreference } from '~/lib/preferences'
import { defaultColumns, optionalColumns } from './columns-list'

// TablePreferences is how the table looks.
export type TablePreferences = Required<
  Pick<
    CollectionPreferencesProps.Preferences,
    'pageSize' | 'wrapLines' | 'stripedRows' | 'contentDensity' | 'contentDisplay' | 'stickyColumns'
  >
> & { widths?: Record<string, number> }

const initial: TablePreferences = {
  pageSize: 50,
  wrapLines: false,
  stripedRows: false,
  contentDensity: 'comfortable',
  contentDisplay: [
    ...defaultColumns.map(({ id }) => ({ id, visible: true })),
    ...optionalColumns.map(({ id }) => ({ id, visible: false })),
  ],
  stickyColumns: { first: 0 },
}

// useTablePreferences are the reader's preferences, with what they left out and
// columns that they do not know yet.
export function useTablePreferences(): [TablePreferences, (preferences: TablePreferences) => void] {
  const [kept, keep] = usePreference<Partial<TablePreferences>>('events.table', {})
  return [complete(kept), keep]
}

// complete fills preferences up.
export function complete(kept: Partial<TablePreferences>): TablePreferences {
  const columns = (kept.contentDisplay ?? initial.contentDisplay).filter((c) => initial.contentDisplay.some((known) => known.id === c.id))
  const missing = initial.contentDisplay
    .filter((known) => !columns.some((c) => c.id === known.id))
    .map((c) => ({ id: c.id, visible: false }))
  const all = columns.length ? [...columns, ...missing] : initial.contentDisplay
  const pageSize = [10, 25, 50].includes(kept.pageSize ?? 0) ? kept.pageSize! : initial.pageSize
  return { ...initial, ...kept, pageSize, contentDisplay: all }
}
