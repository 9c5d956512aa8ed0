import { usePreference } from '~/lib/preferences'

// GridPreferences are how the rows of results are shown.
export interface GridPreferences {
  pageSize: number
  wrapLines: boolean
}

// pageSizes are what a page may have; the server gives at most 1,000 rows.
export const pageSizes = [25, 50, 100, 250]

// useGridPreferences keeps them.
export function useGridPreferences(): [GridPreferences, (value: GridPreferences) => void] {
  const [value, set] = usePreference<GridPreferences>('query-results', { pageSize: 50, wrapLines: false })
  return [pageSizes.includes(value.pageSize) ? value : { ...value, pageSize: 50 }, set]
}
