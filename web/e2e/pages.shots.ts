import { resolve } from 'node:path'
import type { Page } from 'playwright-core'
import { test } from 'vitest'
import { useConsole } from './harness'

const images = resolve(import.meta.dirname, '../../docs/images')
const it = useConsole(['--log-file-interval', '2s', '--digest-interval', '4s'], 'demo')

// shoot takes a picture that is small enough for the README.
async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.mouse.move(0, 0)
  await page.screenshot({ path: `${images}/${name}.jpg`, type: 'jpeg', quality: 78, animations: 'disabled' })
}

const size = { viewport: { width: 1280, height: 760 } }

test('event history', async () => {
  const page = await it.signIn('/events', size)
  await page.getByRole('link', { name: 'StopLogging' }).first().waitFor()
  await shoot(page, 'console-events')
})

test('an event, in dark mode', async () => {
  const page = await it.signIn('/events', { ...size, colorScheme: 'dark' })
  await page.getByRole('link', { name: 'CreateTrail' }).first().click()
  await page.getByRole('region', { name: /record/i }).waitFor()
  await shoot(page, 'console-event-dark')
})

test('a query', async () => {
  const page = await it.signIn('/query', { viewport: { width: 1280, height: 1180 } })
  await page.getByRole('button', { name: 'Run query' }).click()
  await page.getByText(/^Finished in/).first().waitFor()
  await page.getByText('cloudtrail.amazonaws.com').first().waitFor()
  await shoot(page, 'console-query')
})

test('a trail on a narrow screen', async () => {
  const page = await it.signIn('/trails/demo', { viewport: { width: 390, height: 760 } })
  await page.getByText('Trail logging').first().waitFor()
  await shoot(page, 'console-trail-narrow')
})
