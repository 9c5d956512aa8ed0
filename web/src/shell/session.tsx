import { useQuery, useQueryClient } from '@tanstack/react-query'
import { createContext, useCallback, useContext, useEffect, useMemo, type ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { useToken, whenSessionEnds } from '~/api/client'
import { currentSession, type Session } from '~/api/session'
import { readPreference, usePreference, writePreference } from '~/lib/preferences'

interface Held {
  session: Session | null
  // ended is why there is no session, if there was one: the code of the refusal.
  ended?: string
  begin: (session: Session) => void
  end: (code?: string) => void
}

const Context = createContext<Held | null>(null)
const key = ['session']

// SessionProvider asks once who is signed in, and keeps it until it ends.
export function SessionProvider({ children, pending }: { children: ReactNode; pending: ReactNode }) {
  const client = useQueryClient()
  const { data, isPending } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }): Promise<{ session: Session | null; ended?: string }> => {
      try {
        return { session: await currentSession(signal) }
      } catch {
        return { session: null }
      }
    },
    staleTime: Infinity,
    gcTime: Infinity,
    retry: false,
  })
  useToken(data?.session?.csrf ?? '')

  const begin = useCallback(
    (session: Session) => {
      // What another principal was shown is not this one's to see.
      client.clear()
      useToken(session.csrf)
      writePreference('last-account', session.account)
      client.setQueryData(key, { session })
    },
    [client],
  )
  const end = useCallback(
    (code?: string) => {
      useToken('')
      client.setQueryData(key, { session: null, ended: code })
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== key[0] })
    },
    [client],
  )
  useEffect(() => {
    whenSessionEnds((code) => {
      if (client.getQueryData<{ session: Session | null }>(key)?.session) end(code)
    })
    return () => whenSessionEnds(() => {})
  }, [client, end])

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
      keep(next)
      setParams((old) => {
        const changed = new URLSearchParams(old)
        changed.set('region', next)
        return changed
      })
    },
    [keep, setParams],
  )
  return [region, set]
}

// lastAccount is the account that signed in here before.
export const lastAccount = () => readPreference('last-account', '')
