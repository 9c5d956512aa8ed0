import { Component, type ReactNode } from 'react'
import { call } from '~/api/client'
import { ApiError, messageOf, unreachable } from '~/api/errors'
import { Problem } from '~/components/problem'

// What browsers say of a part of the console that did not come.
const notLoaded = /dynamically imported module|importing a module script|unable to preload/i

const away = 'A part of the console did not come. The server does not answer, or it was updated since the page was loaded.'

// ErrorBoundary shows what a page threw instead of an empty window.
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null }

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error }
  }

  // A browser does not ask again for a script that did not come, and what failed once
  // would fail again: the page is loaded anew, as soon as there is a server to do it.
  again = async (): Promise<void> => {
    try {
      await call('GET', 'session')
    } catch (error) {
      if (error instanceof ApiError && error.code === unreachable) return this.setState({ error })
    }
    location.reload()
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    const missing = notLoaded.test(messageOf(error)) || (error instanceof ApiError && error.code === unreachable)
    return (
      <Problem
        header={missing ? 'This page could not be loaded' : 'This page failed'}
        error={missing && !(error instanceof ApiError) ? new Error(away) : error}
        onRetry={() => void this.again()}
      />
    )
  }
}
