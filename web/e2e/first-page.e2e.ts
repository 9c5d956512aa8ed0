import { expect, test } from 'vitest'
import { useConsole } from './harness'

const it = useConsole()

// The first page is the event history after a sign-in. What it takes to be usable
// is bounded in what travels, which is the same on every machine; how long that
// takes is measured and printed (docs/performance.md has the figures).
test('the first page needs less than 600 kB of script', async () => {
  const page = await it.signIn('/events')
  await page.getByRole('grid', { name: 'Events' }).getByRole('row').nth(1).waitFor()
  const { scripts, sheets, interactive } = await page.evaluate(() => {
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
    const sum = (ending: string) => entries.filter((e) => e.name.endsWith(ending)).reduce((n, e) => n + e.encodedBodySize, 0)
    return { scripts: sum('.js'), sheets: sum('.css'), interactive: performance.now() }
  })
  console.log(`first page: ${(scripts / 1000).toFixed(0)} kB of script, ${(sheets / 1000).toFixed(0)} kB of style, rows shown after ${interactive.toFixed(0)} ms`)
  expect(scripts).toBeGreaterThan(0)
  expect(scripts).toBeLessThan(600_000)
})
