import { lazy, Suspense } from 'react'
import { Navigate, Route, Routes, useLocation } from 'react-router'
import { Loading } from './components/loading'
import { DownloadProvider } from './pages/events/downloads'
import EventHistory from './pages/events/events'
import { Frame } from './shell/frame'
import { NotificationProvider } from './shell/notifications'
import { useHeldSession } from './shell/session'

const SignIn = lazy(() => import('./pages/signin/sign-in'))
const EventDetails = lazy(() => import('./pages/events/details'))
const CompareEvents = lazy(() => import('./pages/events/compare'))
const Credentials = lazy(() => import('./pages/credentials/credentials'))
const Trails = lazy(() => import('./pages/trails/routes'))
const Stores = lazy(() => import('./pages/stores/routes'))
const Imports = lazy(() => import('./pages/stores/imports-routes'))
const Integrations = lazy(() => import('./pages/stores/integrations-routes'))
const Query = lazy(() => import('./pages/query/query'))
const NotFound = lazy(() => import('./pages/not-found'))

// App is the way from an address to a page. Nobody sees one without a session. The page
// that most people open first does not come by itself, as what a page waits for is shown
// a third of a second later (FALLBACK_THROTTLE_MS of React).
export function App() {
  const { session } = useHeldSession()
  const location = useLocation()
  if (!session) {
    return (
      <Suspense fallback={<Loading />}>
        <SignIn then={location.pathname === '/sign-in' ? '/events' : location.pathname + location.search} />
      </Suspense>
    )
  }
  return (
    <NotificationProvider key={session.csrf}>
      <DownloadProvider>
        <Routes>
          <Route element={<Frame />}>
            <Route path="events" element={<EventHistory />} />
            <Route path="events/compare" element={<CompareEvents />} />
            <Route path="events/:eventId" element={<EventDetails />} />
            <Route path="trails/*" element={<Trails />} />
            <Route path="event-data-stores/*" element={<Stores />} />
            <Route path="imports/*" element={<Imports />} />
            <Route path="integrations/*" element={<Integrations />} />
            <Route path="query" element={<Query />} />
            <Route path="credentials" element={<Credentials />} />
            <Route index element={<Navigate to="/events" replace />} />
            <Route path="sign-in" element={<Navigate to="/events" replace />} />
            <Route path="*" element={<NotFound />} />
          </Route>
        </Routes>
      </DownloadProvider>
    </NotificationProvider>
  )
}
