import { formatDialect, trino } from 'sql-formatter'
import { placeholder } from '../tokens'

const id = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi

// formatSql lays a statement out. The formatter knows Trino, which has no bare ids of
// event data stores: they stand as names meanwhile.
export function formatSql(sql: string): string {
  const ids: string[] = []
  const named = sql
    .replace(id, (found) => `store_${ids.push(found) - 1}_`)
    .replaceAll(placeholder, () => `store_${ids.push(placeholder) - 1}_`)
  const laidOut = formatDialect(named, { dialect: trino, keywordCase: 'upper', tabWidth: 2 })
  return laidOut.replace(/\bstore_(\d+)_/g, (_, n: string) => ids[Number(n)]!)
}
