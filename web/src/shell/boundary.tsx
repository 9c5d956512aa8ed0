import { Component, type ReactNode } from 'react'
import { Problem } from '~/components/problem'

// ErrorBoundary shows what a page threw instead of an empty window.
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null }

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    return <Problem header="This page failed" error={error} onRetry={() => this.setState({ error: null })} />
  }
}
