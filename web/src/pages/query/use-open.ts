import { useCallback } from 'react'
import { useSearchParams } from 'react-router'
import { useNotify } from '~/shell/notifications'
import { useTabs } from './tab-store'
import { mostTabs, openTab, type Tab } from './tabs'

// PageTab is a tab of the page.
export type PageTab = 'editor' | 'saved' | 'samples' | 'history'

// usePageTab is the tab of the page that is shown; it is in the address.
export function usePageTab(): [PageTab, (tab: PageTab, options?: { replace?: boolean }) => void] {
  const [params, setParams] = useSearchParams()
  const named = params.get('tab')
  const tab: PageTab = named === 'saved' || named === 'samples' || named === 'history' ? named : 'editor'
  const go = useCallback(
    (next: PageTab, options?: { replace?: boolean }) =>
      setParams((old) => {
        const changed = new URLSearchParams()
        const region = old.get('region')
        if (region) changed.set('region', region)
        if (next !== 'editor') changed.set('tab', next)
        return changed
      }, options),
    [setParams],
  )
  return [tab, go]
}

// useOpen opens a statement in the editor.
export function useOpen(): (from: Partial<Omit<Tab, 'id'>>, options?: { replace?: boolean }) => void {
  const [, update] = useTabs()
  const [, go] = usePageTab()
  const { notify } = useNotify()
  return useCallback(
    (from, options) => {
      let full = false
      update((old) => {
        const next = openTab(old, from)
        full = next === old && old.tabs.length >= mostTabs
        return next
      })
      if (full)
        notify({ type: 'warning', id: 'most-tabs', content: `${mostTabs} queries are open, which is as many as can be. Close some first.` })
      go('editor', options)
    },
    [update, go, notify],
  )
}
