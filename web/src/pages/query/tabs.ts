// Run is a query that was started from a tab.
export interface Run {
  queryId: string
  region: string
  // offset is where in the tab's text the statement began: a selection can be run.
  offset: number
  // text is the tab's text at that time, to place errors in.
  text: string
}

// Tab is a query that is being written.
export interface Tab {
  id: string
  name: string
  sql: string
  // kept is the text that would not be lost: as it was saved or opened.
  kept: string
  // saved is the query of the server that this is; its version is what was read of it.
  saved?: { id: string; description: string; version?: number }
  run?: Run
}

// Tabs are the queries that are open, and which of them is shown.
export interface Tabs {
  tabs: Tab[]
  active: string
  // serial numbers tabs, for ids and for names.
  serial: number
}

// mostTabs bounds what the browser keeps.
export const mostTabs = 50

// isChanged tells whether closing a tab would lose something.
export function isChanged(tab: Tab): boolean {
  return tab.sql.trim() !== '' && tab.sql !== tab.kept
}

// noTabs is what the editor begins with: one empty query.
export const noTabs: Tabs = { tabs: [{ id: 'q1', name: 'Query 1', sql: '', kept: '' }], active: 'q1', serial: 1 }

// activeTab is the tab that is shown.
export function activeTab(all: Tabs): Tab {
  return all.tabs.find((t) => t.id === all.active) ?? all.tabs[0]!
}

// openTab opens a tab and shows it. A tab that holds the same saved query, or the very
// same text and nothing else, is shown instead; an empty one is used again.
export function openTab(all: Tabs, from: Partial<Omit<Tab, 'id'>> = {}): Tabs {
  const sql = from.sql ?? ''
  const same = all.tabs.find((t) => {
    if (from.saved) return t.saved?.id === from.saved.id
    if (from.run) return t.run?.queryId === from.run.queryId
    return sql !== '' && !t.saved && t.sql === sql
  })
  if (same) {
    // It may have been changed from elsewhere; what was written here meanwhile stays.
    const newer = from.saved !== undefined && !isChanged(same) && same.sql !== sql
    return { ...(newer ? changeTab(all, same.id, { ...from, kept: sql }) : all), active: same.id }
  }
  const serial = all.serial + 1
  const made: Tab = { name: `Query ${serial}`, kept: sql, ...from, id: `q${serial}`, sql }
  const shown = activeTab(all)
  if (sql !== '' && shown.sql.trim() === '' && !shown.saved) {
    return { tabs: all.tabs.map((t) => (t === shown ? { ...made, name: from.name ?? t.name } : t)), active: made.id, serial }
  }
  if (all.tabs.length >= mostTabs) return all
  return { tabs: [...all.tabs, made], active: made.id, serial }
}

// changeTab changes a tab.
export function changeTab(all: Tabs, id: string, change: Partial<Omit<Tab, 'id'>>): Tabs {
  return { ...all, tabs: all.tabs.map((t) => (t.id === id ? { ...t, ...change } : t)) }
}

// closeTab closes a tab; its neighbour is shown then, and an empty one if it was the last.
export function closeTab(all: Tabs, id: string): Tabs {
  const at = all.tabs.findIndex((t) => t.id === id)
  if (at < 0) return all
  const tabs = all.tabs.filter((t) => t.id !== id)
  if (tabs.length === 0) return openTab({ ...all, tabs: [], active: '' })
  return { ...all, tabs, active: all.active === id ? tabs[Math.min(at, tabs.length - 1)]!.id : all.active }
}

// restored makes tabs of what the browser kept, whatever that is.
export function restored(value: unknown): Tabs {
  const kept = value as Partial<Tabs> | null
  if (typeof kept !== 'object' || !kept || !Array.isArray(kept.tabs)) return noTabs
  const tabs = kept.tabs.filter(
    (t): t is Tab =>
      !!t && typeof t.id === 'string' && typeof t.name === 'string' && typeof t.sql === 'string' && typeof t.kept === 'string',
  )
  if (tabs.length === 0) return noTabs
  const numbers = tabs.map((t) => Number(/^q(\d+)$/.exec(t.id)?.[1] ?? 0))
  const active = tabs.some((t) => t.id === kept.active) ? kept.active! : tabs[0]!.id
  return { tabs, active, serial: Math.max(Number(kept.serial) || 0, ...numbers) }
}

// merged are the tabs of this window after another one has written its own. The tab
// that is shown here stays as it is if it was just changed here.
export function merged(here: Tabs, there: Tabs, changed: boolean): Tabs {
  const shown = activeTab(here)
  const stays = there.tabs.some((t) => t.id === shown.id)
  const tabs = there.tabs.map((t) => (changed && t.id === shown.id ? shown : t))
  return {
    tabs: changed && !stays ? [...tabs, shown] : tabs,
    active: changed || stays ? shown.id : there.active,
    serial: Math.max(here.serial, there.serial),
  }
}
