import '@cloudscape-design/global-styles/index.css'
import { I18nProvider } from '@cloudscape-design/components/i18n'
import messages from '@cloudscape-design/components/i18n/messages/all.en'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BrowserRouter } from 'react-router'
import { mayPass } from './api/errors'
import { App } from './app'
import { Loading } from './components/loading'
import { ErrorBoundary } from './shell/boundary'
import { SessionProvider } from './shell/session'
import { applyTheme } from './shell/theme'

applyTheme()

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // Only what may be over in a moment is tried again.
      retry: (failures, error) => failures < 2 && mayPass(error),
    },
  },
})

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <I18nProvider locale="en" messages={[messages]}>
      <QueryClientProvider client={client}>
        <ErrorBoundary>
          <BrowserRouter basename="/console">
            <SessionProvider pending={<Loading />}>
              <App />
            </SessionProvider>
          </BrowserRouter>
        </ErrorBoundary>
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
)
