import type { BreadcrumbGroupProps } from '@cloudscape-design/components/breadcrumb-group'
import type { AppLayoutProps } from '@cloudscape-design/components/app-layout'
import { createContext, useContext, useEffect, useLayoutEffect, type ReactNode } from 'react'

// PageInfo is what a page tells the frame around it.
export interface PageInfo {
  title: string
  // trail are the breadcrumbs above this page; the page's own is added.
  trail?: BreadcrumbGroupProps.Item[]
  contentType?: AppLayoutProps['contentType']
  help?: ReactNode
  splitPanel?: ReactNode
}

export const PageContext = createContext<(info: PageInfo) => void>(() => {})

// usePage names the page, in the breadcrumbs and in the browser's title.
export function usePage(info: PageInfo): void {
  const set = useContext(PageContext)
  const { title, contentType, help, splitPanel } = info
  const trail = JSON.stringify(info.trail ?? [])
  useLayoutEffect(() => {
    set({ title, contentType, help, splitPanel, trail: JSON.parse(trail) as BreadcrumbGroupProps.Item[] })
  }, [set, title, contentType, help, splitPanel, trail])
  useEffect(() => {
    document.title = `${title} | Cairn`
  }, [title])
}
