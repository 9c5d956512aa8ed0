import { useCallback, useSyncExternalStore } from 'react'

// Preferences stay in this browser, under names of the console's own. A browser
// that keeps nothing (private windows may refuse) has them until the page goes.
const prefix = 'cairn.'
const memory = new Map<string, string>()
const listeners = new Set<() => void>()

function read(name: string): string | null {
  const held = memory.get(name)
  if (held !== undefined) return held
  try {
    return localStorage.getItem(prefix + name)
  } catch {
    return null
  }
}

// readPreference reads one outside of components.
export function readPreference<T>(name: string, initial: T): T {
  const text = read(name)
  if (text === null) return initial
  try {
    return JSON.parse(text) as T
  } catch {
    return initial
  }
}

// writePreference keeps one, and tells the components that use it.
export function writePreference(name: string, value: unknown): void {
  const text = JSON.stringify(value)
  memory.set(name, text)
  try {
    localStorage.setItem(prefix + name, text)
  } catch {
    // kept in memory
  }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const parsed = new Map<string, { text: string; value: unknown }>()

// usePreference is state that outlives the page.
export function usePreference<T>(name: string, initial: T): [T, (value: T) => void] {
  const text = useSyncExternalStore(subscribe, () => read(name))
  let value = initial
  if (text !== null) {
    const last = parsed.get(name)
    if (last?.text === text) value = last.value as T
    else {
      value = readPreference(name, initial)
      parsed.set(name, { text, value })
    }
  }
  const set = useCallback((next: T) => writePreference(name, next), [name])
  return [value, set]
}
