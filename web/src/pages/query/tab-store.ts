import { useCallback, useSyncExternalStore } from 'react'
import { readPreference, writePreference } from '~/lib/preferences'
import { useSession } from '~/shell/session'
import { merged, restored, type Tabs } from './tabs'

// Writing at every key would be slow; what is newer than this is written when the
// page is left.
const writeAfter = 400

// TabStore holds the open queries of a principal, and keeps them in this browser.
class TabStore {
  private value: Tabs
  private readonly listeners = new Set<() => void>()
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(private readonly name: string) {
    this.value = restored(readPreference<unknown>(name, null))
    window.addEventListener('pagehide', () => this.write())
    window.addEventListener('storage', (event) => {
      if (event.key === 'cairn.' + name && event.newValue) this.adopt(event.newValue)
    })
  }

  // adopt takes what another window of this browser wrote, so that neither loses what
  // the other has. Which tab is shown is each window's own.
  private adopt(text: string) {
    try {
      this.value = merged(this.value, restored(JSON.parse(text)), this.timer !== undefined)
    } catch {
      return
    }
    for (const listener of this.listeners) listener()
  }

  readonly get = () => this.value

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  readonly update = (change: (tabs: Tabs) => Tabs) => {
    const next = change(this.value)
    if (next === this.value) return
    this.value = next
    for (const listener of this.listeners) listener()
    this.timer ??= setTimeout(() => this.write(), writeAfter)
  }

  private write() {
    if (this.timer === undefined) return
    clearTimeout(this.timer)
    this.timer = undefined
    writePreference(this.name, this.value)
  }
}

const stores = new Map<string, TabStore>()

function storeOf(principal: string): TabStore {
  const store = stores.get(principal) ?? new TabStore('query-tabs.' + principal)
  stores.set(principal, store)
  return store
}

// useTabs are the open queries, and how to change them.
export function useTabs(): [Tabs, (change: (tabs: Tabs) => Tabs) => void] {
  const store = storeOf(useSession().arn)
  const tabs = useSyncExternalStore(store.subscribe, store.get)
  return [tabs, useCallback((change) => store.update(change), [store])]
}
