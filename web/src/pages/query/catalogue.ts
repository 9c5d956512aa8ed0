import type { Catalogue, Field } from './schema'

// columnsOf are the columns of stores of an event category; those of CloudTrail events
// while the category is not known.
export function columnsOf(catalogue: Catalogue | undefined, category: string | undefined): Field[] {
  return catalogue?.columns[category ?? 'Management'] ?? catalogue?.columns.Management ?? []
}
