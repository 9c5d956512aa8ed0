import Flashbar, { type FlashbarProps } from '@cloudscape-design/components/flashbar'
import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react'
import { adviceFor, messageOf } from '~/api/errors'
import { visible } from '~/lib/text'

// Notice is something that a page tells.
export interface Notice {
  type: FlashbarProps.Type
  header?: ReactNode
  content?: ReactNode
  // id replaces the notice with the same id; without one it is a new notice.
  id?: string
  loading?: boolean
  action?: ReactNode
  dismissible?: boolean
}

interface Notify {
  notify: (notice: Notice) => string
  // fail shows an error, and what to do about it.
  fail: (header: string, error: unknown) => string
  dismiss: (id: string) => void
}

const Context = createContext<Notify | null>(null)
const Items = createContext<FlashbarProps.MessageDefinition[]>([])
let serial = 0

// NotificationProvider holds what Notifications shows.
export function NotificationProvider({ children }: { children: ReactNode }) {
  const [items, setItems] = useState<FlashbarProps.MessageDefinition[]>([])
  const dismiss = useCallback((id: string) => setItems((old) => old.filter((item) => item.id !== id)), [])
  const notify = useCallback(
    (notice: Notice) => {
      const id = notice.id ?? `notice-${++serial}`
      const item: FlashbarProps.MessageDefinition = {
        id, type: notice.type, header: notice.header, content: notice.content, loading: notice.loading, action: notice.action,
        dismissible: notice.dismissible ?? true, dismissLabel: 'Dismiss', onDismiss: () => dismiss(id),
        ariaRole: notice.type === 'error' ? 'alert' : 'status',
      }
      setItems((old) =>
        old.some((other) => other.id === id) ? old.map((other) => (other.id === id ? item : other)) : [item, ...old].slice(0, 8),
      )
      return id
    },
    [dismiss],
  )
  const fail = useCallback(
    (header: string, error: unknown) => {
      const advice = adviceFor(error)
      return notify({ type: 'error', header, content: visible(messageOf(error)) + (advice ? ' ' + advice : '') })
    },
    [notify],
  )
  const value = useMemo(() => ({ notify, fail, dismiss }), [notify, fail, dismiss])
  return (
    <Context value={value}>
      <Items value={items}>{children}</Items>
    </Context>
  )
}

// useNotify is how a page tells what became of an action.
export function useNotify(): Notify {
  const value = useContext(Context)
  if (!value) throw new Error('BUG: no NotificationProvider around this')
  return value
}

// Notifications is the bar of notices at the head of the page.
export function Notifications() {
  return <Flashbar items={useContext(Items)} stackItems />
}
