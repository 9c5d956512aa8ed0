import { call } from './client'

export interface Region {
  id: string
  name: string
}

// Session is who is signed in, as the server tells it.
export interface Session {
  account: string
  accountName?: string
  userName: string
  type: 'Root' | 'IAMUser' | 'AssumedRole'
  arn: string
  mfa: boolean
  csrf: string
  region: string
  regions: Region[]
  created: string
  expires: string
  idleTimeoutSeconds: number
  version: string
  s3Endpoint?: string
  // historyDays is for how long the event history keeps events.
  historyDays: number
}

// Challenge asks for a code of the MFA device before there is a session.
export interface Challenge {
  mfa: { challenge: string }
}

export const currentSession = (signal?: AbortSignal) => call<Session>('GET', 'session', { signal })

// Where a person wants to go is recorded with the sign-in.
interface Destination {
  destination?: string
}

export const signIn = (body: { account: string; user?: string; root?: boolean; password: string } & Destination) =>
  call<Session | Challenge>('POST', 'sign-in', { body })

export const signInWithCode = (body: { challenge: string; code: string }) => call<Session>('POST', 'sign-in/mfa', { body })

export const signInWithKey = (body: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } & Destination) =>
  call<Session | Challenge>('POST', 'sign-in/key', { body })

export const signOut = () => call<void>('POST', 'sign-out')

export const signOutEverywhere = () => call<void>('POST', 'sign-out-everywhere')
