// Whether somebody is there: a page that only keeps itself up to date is idle.

// presence is how long after the last touch somebody counts as there.
const presence = 60_000

let touched = Date.now()
const watchers = new Set<() => void>()

for (const kind of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const) {
  window.addEventListener(
    kind,
    () => {
      touched = Date.now()
      for (const watch of watchers) watch()
    },
    { capture: true, passive: true },
  )
}

// attended tells whether somebody has touched the page lately.
export const attended = () => Date.now() - touched < presence

// whenTouched calls f when somebody touches the page, but not more often than every so
// many milliseconds, and gives what ends that.
export function whenTouched(f: () => void, every: number): () => void {
  let next = Date.now() + every
  const watch = () => {
    if (touched < next) return
    next = touched + every
    f()
  }
  watchers.add(watch)
  return () => void watchers.delete(watch)
}
