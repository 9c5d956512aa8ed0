import { call } from './client'

// MfaDevice is a second factor of who is signed in.
export interface MfaDevice {
  serialNumber: string
  name: string
  enabled: string
}

// ConsoleSession is one sign-in of the same principal that has not ended.
export interface ConsoleSession {
  id: string
  created: string
  lastSeen: string
  sourceIP: string
  userAgent: string
  current: boolean
}

// Credentials are what who is signed in may change about how they sign in.
export interface Credentials {
  password: { set: boolean; changed?: string }
  mfaDevices: MfaDevice[]
  sessions: ConsoleSession[]
}

// NewDevice is a device that is not enabled yet: its secret, and the same as an address for a QR code.
export interface NewDevice {
  secret: string
  uri: string
  serialNumber: string
}

export const getCredentials = (signal?: AbortSignal) => call<Credentials>('GET', 'credentials', { signal })

export const changePassword = (body: { old: string; new: string }) => call<void>('POST', 'credentials/password', { body })

export const beginMfa = (body: { name?: string } = {}) => call<NewDevice>('POST', 'credentials/mfa/begin', { body })

export const enableMfa = (body: { name: string; code1: string; code2: string }) => call<void>('POST', 'credentials/mfa/enable', { body })

export const deactivateMfa = (serialNumber: string) => call<void>('POST', 'credentials/mfa/deactivate', { body: { serialNumber } })

export const endSession = (id: string) => call<void>('DELETE', 'credentials/sessions/' + encodeURIComponent(id))
