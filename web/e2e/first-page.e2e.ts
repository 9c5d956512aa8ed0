import { expect, test } from 'vitest'
import { useConsole } from './harness'

const it = useConsole()

// CAIRN_LOADS=20 npm run e2e -- first-page measures on more loads.
const loads = Number(process.env.CAIRN_LOADS ?? 3)

// The first page is the event history after a sign-in, with nothing in the
// browser's cache. What travels for it is bounded, since that is the same on every
// machine; how long it takes is measured and printed (docs/performance.md has
// figures of a quiet one).
test('the first page needs less than 600 kB of script', async () => {
  const times: number[] = []
  let scripts = 0
  let sheets = 0
  for (let i = 0; i < loads; i++) {
    const page = await it.signIn('/events')
    await page.getByRole('link', { name: 'ConsoleLogin' }).first().waitFor()
    const load = await page.evaluate(() => {
      const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
      const sum = (ending: string) => entries.filter((e) => e.name.endsWith(ending)).reduce((n, e) => n + e.encodedBodySize, 0)
      const lookup = entries.find((e) => e.name.includes('/LookupEvents'))
      const shown = performance.now()
      return { scripts: sum('.js'), sheets: sum('.css'), shown, asked: lookup?.startTime }
    })
    expect(load.asked, 'the page asked for events').toBeDefined()
    times.push(load.shown)
    scripts = load.scripts
    sheets = load.sheets
    await page.context().close()
  }
  times.sort((a, b) => a - b)
  const at = (share: number) => times[Math.floor((times.length - 1) * share)]!.toFixed(0)
  console.log(
    `first page: ${(scripts / 1000).toFixed(0)} kB of script, ${(sheets / 1000).toFixed(0)} kB of style; ` +
      `rows shown after ${at(0.5)} ms in the median of ${loads} loads, ${at(0)} to ${at(1)} ms`,
  )
  expect(scripts).toBeGreaterThan(0)
  expect(scripts).toBeLessThan(600_000)
})

// A page that moves under the hand makes people press the wrong button. 0.1 is what
// web.dev's Core Web Vitals call good for a whole visit.
test.each(['/events', '/trails', '/event-data-stores', '/query', '/imports', '/credentials'])('%s does not jump while it loads', async (path) => {
  const page = await it.signIn(path)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.waitForLoadState('networkidle')
  const shifts = await page.evaluate(
    () =>
      new Promise<{ value: number; of: string[] }>((done) => {
        const observer = new PerformanceObserver((list) => {
          const entries = list.getEntries() as (PerformanceEntry & { value: number; sources?: { node?: Node }[] })[]
          const counted = entries.filter((e) => !(e as unknown as { hadRecentInput: boolean }).hadRecentInput)
          const of = counted.flatMap((e) => (e.sources ?? []).map((s) => (s.node as Element | undefined)?.outerHTML?.slice(0, 120) ?? 'gone'))
          done({ value: counted.reduce((sum, e) => sum + e.value, 0), of })
        })
        observer.observe({ type: 'layout-shift', buffered: true })
        // Where nothing moved, nothing is told.
        requestAnimationFrame(() => requestAnimationFrame(() => done({ value: 0, of: [] })))
      }),
  )
  console.log(`${path}: ${shifts.value.toFixed(3)} of layout shift`)
  expect(shifts.value, shifts.of.join('\n')).toBeLessThan(0.1)
})
