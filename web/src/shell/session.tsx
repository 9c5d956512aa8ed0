import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { createContext, useCallback, useContext, useEffect, useMemo, type ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { whenTouched } from '~/api/attended'
import { useToken, whenSessionEnds } from '~/api/client'
import { ApiError, csrfRefused, unreachable } from '~/api/errors'
import { currentSession, type Session } from '~/api/session'
import { readPreference, usePreference, writePreference } from '~/lib/preferences'

// Ended is why there is no session: the code of the refusal, and the session that was,
// if this page saw it.
export interface Ended {
  code: string
  last?: Session
}

interface Held {
  session: Session | null
  // ended is there if a session ended by itself, or nobody could be asked for it.
  ended?: Ended
  begin: (session: Session) => void
  end: (code?: string) => void
}

type Known = Pick<Held, 'session' | 'ended'>

const Context = createContext<Held | null>(null)
const key = ['session']

// Tabs of a browser share the cookie of the session: who signs in or out in one does so
// in all of them.
const tabs = new BroadcastChannel('cairn.session')

// What one principal was shown is not the next one's to see. The session's own query
// stays, as the provider watches it.
function forget(client: QueryClient): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== key[0] })
  client.getMutationCache().clear()
}

// SessionProvider asks once who is signed in, and keeps it until it ends.
export function SessionProvider({ children, pending }: { children: ReactNode; pending: ReactNode }) {
  const client = useQueryClient()
  const { data, isPending } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<Known> => {
      try {
        const session = await currentSession(signal)
        tabs.postMessage('')
        return { session }
      } catch (error) {
        const code = error instanceof ApiError ? error.code : ''
        return { session: null, ended: code === 'SessionExpired' || code === unreachable ? { code } : undefined }
      }
    },
    staleTime: Infinity,
    gcTime: Infinity,
    retry: false,
  })
  useToken(data?.session?.csrf ?? '')

  const take = useCallback(
    (session: Session) => {
      forget(client)
      useToken(session.csrf)
      writePreference('last-account', session.account)
      client.setQueryData<Known>(key, { session })
    },
    [client],
  )
  const begin = useCallback(
    (session: Session) => {
      take(session)
      tabs.postMessage('')
    },
    [take],
  )
  const end = useCallback(
    (code?: string) => {
      useToken('')
      client.setQueryData<Known>(key, (old) => ({ session: null, ended: code ? { code, last: old?.session ?? undefined } : undefined }))
      forget(client)
      tabs.postMessage('')
    },
    [client],
  )
  useEffect(() => {
    const held = () => client.getQueryData<Known>(key)?.session
    const look = async () => {
      try {
        const session = await currentSession()
        if (session.csrf !== held()?.csrf) take(session)
      } catch {
        // A session that has ended is told below.
      }
    }
    tabs.onmessage = () => void look()
    whenSessionEnds((code) => {
      if (code === csrfRefused) void look()
      else if (held()) end(code)
    })
    return () => {
      tabs.onmessage = null
      whenSessionEnds(() => {})
    }
  }, [client, take, end])

  // Who writes a statement for an hour asks the server for nothing, but is not idle.
  const idle = data?.session?.idleTimeoutSeconds
  useEffect(() => (idle ? whenTouched(() => void currentSession().catch(() => {}), Math.min(60, idle / 3) * 1000) : undefined), [idle])

  const held = useMemo(() => ({ session: data?.session ?? null, ended: data?.ended, begin, end }), [data, begin, end])
  if (isPending) return pending
  return <Context value={held}>{children}</Context>
}

// useHeldSession is for what works without a session too.
export function useHeldSession(): Held {
  const held = useContext(Context)
  if (!held) throw new Error('BUG: no SessionProvider around this')
  return held
}

// useSession is who is signed in; pages are only shown to somebody.
export function useSession(): Session {
  const { session } = useHeldSession()
  if (!session) throw new Error('BUG: a page was shown without a session')
  return session
}

// useRegion is the Region that the pages show, and how to change it. It is in the
// address, so that a link shows another person the same, and stays for later pages.
export function useRegion(): [string, (region: string) => void] {
  const session = useSession()
  const [params, setParams] = useSearchParams()
  const [kept, keep] = usePreference<string>('region', session.region)
  const named = params.get('region')
  const region = named && /^[a-z0-9-]{1,32}$/.test(named) ? named : kept
  const set = useCallback(
    (next: string) => {
      const of = (id: string) => (old: URLSearchParams) => {
        const changed = new URLSearchParams(old)
        changed.set('region', id)
        return changed
      }
      // The way back leads to the Region that was shown.
      setParams(of(region), { replace: true })
      setParams(of(next))
      keep(next)
    },
    [region, keep, setParams],
  )
  return [region, set]
}

// lastAccount is the account that signed in here before.
export const lastAccount = () => readPreference('last-account', '')
