import AppLayoutToolbar from '@cloudscape-design/components/app-layout-toolbar'
import BreadcrumbGroup from '@cloudscape-design/components/breadcrumb-group'
import SideNavigation, { type SideNavigationProps } from '@cloudscape-design/components/side-navigation'
import { Suspense, useCallback, useEffect, useRef, useState } from 'react'
import { Outlet, useLocation } from 'react-router'
import { Loading } from '~/components/loading'
import { ErrorBoundary } from './boundary'
import { hrefOf, useFollow } from './link'
import { Notifications } from './notifications'
import { PageContext, type PageInfo } from './page'
import { Topbar } from './topbar'

const home = hrefOf('/events')

const items: SideNavigationProps.Item[] = [
  { type: 'link', text: 'Event history', href: hrefOf('/events') },
  { type: 'link', text: 'Trails', href: hrefOf('/trails') },
  {
    type: 'section', text: 'Lake', items: [
      { type: 'link', text: 'Query', href: hrefOf('/query') },
      { type: 'link', text: 'Event data stores', href: hrefOf('/event-data-stores') },
      { type: 'link', text: 'Imports', href: hrefOf('/imports') },
      { type: 'link', text: 'Integrations', href: hrefOf('/integrations') },
    ],
  },
]

// active is the navigation's entry of a path: the longest that it starts with.
function active(path: string): string {
  const links = items.flatMap((item) => (item.type === 'section' ? item.items : [item]))
  const found = links.filter((item) => item.type === 'link' && (path === item.href || path.startsWith(item.href + '/')))
  return (found.at(-1) as SideNavigationProps.Link | undefined)?.href ?? ''
}

// Frame is what stands around every page: the bar, the navigation, the notices.
export function Frame() {
  const [page, setPage] = useState<PageInfo>({ title: '' })
  const [navigationOpen, setNavigationOpen] = useState(() => window.innerWidth > 1200)
  const [toolsOpen, setToolsOpen] = useState(false)
  const follow = useFollow()
  const { pathname } = useLocation()
  const content = useRef<HTMLDivElement>(null)
  const shown = useRef(pathname)
  useEffect(() => {
    // What had the focus, such as a link, went with the page before: the keyboard goes on
    // in this one, and not at the top of the window.
    const same = shown.current === pathname
    shown.current = pathname
    if (!same && document.activeElement === document.body) content.current?.focus({ preventScroll: true })
  }, [pathname])
  const set = useCallback((info: PageInfo) => setPage(info), [])
  return (
    <PageContext value={set}>
      <span role="status" className="unseen">
        {page.title}
      </span>
      <div id="top" style={{ position: 'sticky', insetBlockStart: 0, zIndex: 1002 }}>
        <Topbar />
      </div>
      <AppLayoutToolbar
        headerSelector="#top"
        contentType={page.contentType}
        navigationOpen={navigationOpen}
        onNavigationChange={({ detail }) => setNavigationOpen(detail.open)}
        navigation={
          <SideNavigation header={{ text: 'CloudTrail', href: home }} items={items} activeHref={active(hrefOf(pathname))} onFollow={follow} />
        }
        breadcrumbs={
          <BreadcrumbGroup
            ariaLabel="Breadcrumbs"
            items={[{ text: 'CloudTrail', href: home }, ...(page.trail ?? []), { text: page.title, href: '#' }]}
            onFollow={follow}
          />
        }
        notifications={<Notifications />}
        stickyNotifications
        toolsHide={!page.help}
        tools={page.help}
        toolsOpen={toolsOpen}
        onToolsChange={({ detail }) => setToolsOpen(detail.open)}
        splitPanel={page.splitPanel}
        ariaLabels={{
          navigation: 'Side navigation', navigationToggle: 'Open side navigation', navigationClose: 'Close side navigation',
          notifications: 'Notifications', tools: 'Help panel', toolsToggle: 'Open help panel', toolsClose: 'Close help panel',
        }}
        content={
          <div ref={content} className="page" tabIndex={-1}>
            <ErrorBoundary key={pathname}>
              <Suspense fallback={<Loading />}>
                <Outlet />
              </Suspense>
            </ErrorBoundary>
          </div>
        }
      />
    </PageContext>
  )
}
