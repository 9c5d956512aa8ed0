import { useCallback, useEffect, useRef, useState } from 'react'
import { pathOf, refusal } from '~/api/client'
import type { LookupAttribute } from '~/api/operations.gen'
import { csvCounter, jsonCounter } from './download-count'
import type { Bounds } from './range'

// Format is of a file of events.
export type Format = 'csv' | 'json'

// mostInFile is how many events the server puts into one file.
export const mostInFile = 200_000

// mostHeld is how many bytes the page takes; the browser itself takes any number.
const mostHeld = 1_000_000_000

// What is downloaded: one part of what a filter finds.
export interface Wanted {
  region: string
  attributes: LookupAttribute[]
  bounds: Bounds
  format: Format
  part: number
}

// Progress is how far a download is.
export interface Progress {
  wanted: Wanted
  events: number
  bytes: number
  // total is how many events the filter finds, parts how many files they take.
  total: number
  parts: number
  state: 'running' | 'complete' | 'cancelled' | 'failed'
  error?: unknown
  // file is what has come of a download that did not come to its end.
  file?: Blob
}

const types: Record<Format, string> = { csv: 'text/csv', json: 'application/json' }

const time = (seconds: number | undefined) => (seconds === undefined ? undefined : new Date(seconds * 1000).toISOString())

type Far = Pick<Progress, 'events' | 'bytes' | 'total' | 'parts'>

// addressOf is where the server gives a part: the browser can save it without this page.
export function addressOf({ region, attributes, bounds, format, part }: Wanted): string {
  return pathOf('events/download', {
    region,
    format,
    attributes: JSON.stringify(attributes),
    start: time(bounds.start),
    end: time(bounds.end),
    part: part > 1 ? part : undefined,
  })
}

// fetchEvents downloads a part, and tells how far it is. It gives what came.
export async function fetchEvents(wanted: Wanted, signal: AbortSignal, tell: (far: Far) => void): Promise<Blob[]> {
  const response = await fetch(addressOf(wanted), { credentials: 'same-origin', signal })
  if (!response.ok || !response.body) throw await refusal(response)
  const counter = wanted.format === 'csv' ? csvCounter() : jsonCounter()
  const total = Number(response.headers.get('X-Cairn-Events') ?? 0)
  const parts = Number(response.headers.get('X-Cairn-Parts') ?? 1)
  const reader = response.body.getReader()
  // Blobs, as the browser may keep these on its disk; bytes it may not.
  const pieces: Blob[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return pieces
      counter.add(value)
      pieces.push(new Blob([value]))
      size += value.length
      if (size > mostHeld) throw new TooLarge()
      tell({ events: counter.events(), bytes: size, total, parts })
    }
  } catch (error) {
    throw new Partial(error, pieces)
  }
}

// Partial is why a download ended early, with what had come.
export class Partial extends Error {
  readonly pieces: Blob[]
  constructor(cause: unknown, pieces: Blob[]) {
    super('The download ended early.', { cause })
    this.pieces = pieces
  }
}

// TooLarge is why a file is not made in this page.
export class TooLarge extends Error {
  constructor() {
    super('The file is too large for this page to hold.')
  }
}

// nameOf is the name of a file of events.
export function nameOf({ region, format, part }: Wanted, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  return `event_history_${region}_${stamp}${part > 1 ? `_part${part}` : ''}.${format}`
}

let saved = ''

// save hands a file to the browser, which reads it after this returns: it is let go of
// with the next one.
export function save(progress: Progress): void {
  if (!progress.file) return
  release()
  saved = URL.createObjectURL(progress.file)
  const link = document.createElement('a')
  link.href = saved
  link.download = nameOf(progress.wanted, new Date())
  link.click()
}

function release(): void {
  if (saved) URL.revokeObjectURL(saved)
  saved = ''
}

const fileOf = (pieces: Blob[], format: Format) => (pieces.length ? new Blob(pieces, { type: types[format] }) : undefined)

// readable checks that the browser could keep what it was given: short of memory or
// disk, it makes files that cannot be read, and does not say so.
async function readable(file: Blob | undefined): Promise<void> {
  if (!file) return
  try {
    await file.slice(-1).arrayBuffer()
  } catch {
    throw new TooLarge()
  }
}

// Tells of progress are this far apart, in milliseconds.
const beat = 200

// useDownload downloads one file at a time.
export function useDownload() {
  const [progress, setProgress] = useState<Progress | undefined>()
  const abort = useRef<AbortController | undefined>(undefined)
  const cancel = useCallback(() => abort.current?.abort(), [])
  useEffect(() => cancel, [cancel])
  const start = useCallback(async (wanted: Wanted) => {
    abort.current?.abort()
    const mine = (abort.current = new AbortController())
    let counted: Far = { events: 0, bytes: 0, total: 0, parts: 1 }
    let told = 0
    setProgress({ wanted, ...counted, state: 'running' })
    release()
    try {
      const pieces = await fetchEvents(wanted, mine.signal, (far) => {
        counted = far
        if (performance.now() - told < beat || mine.signal.aborted) return
        told = performance.now()
        setProgress({ wanted, ...far, state: 'running' })
      })
      const file = fileOf(pieces, wanted.format)
      await readable(file)
      save({ wanted, ...counted, state: 'complete', file })
      setProgress({ wanted, ...counted, state: 'complete' })
    } catch (error) {
      const [why, pieces] = error instanceof Partial ? [error.cause, error.pieces] : [error, []]
      const state = mine.signal.aborted ? 'cancelled' : 'failed'
      setProgress({ wanted, ...counted, state, error: why, file: why instanceof TooLarge ? undefined : fileOf(pieces, wanted.format) })
    }
  }, [])
  return { progress, start, cancel }
}
