import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { startServer, type Server } from './server'

export { account } from './server'

// Console is a server and a browser for the tests of one file.
export interface Console {
  server: Server
  browser: Browser
  // open gives a page of a fresh browser without a session.
  open: (path?: string, options?: BrowserContextOptions) => Promise<Page>
  // signIn gives a page that is signed in as the administrator.
  signIn: (path?: string, options?: BrowserContextOptions) => Promise<Page>
}

const failures = join(import.meta.dirname, 'failures')

// Chromium must not reach for anything outside, and sandboxes do not nest.
const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

// What browsers say of requests that got no good answer.
const refused = /^Failed to load resource|Failed to fetch dynamically imported module/

// useConsole starts both before the tests of a file and ends them after. A test
// fails too if its pages threw, or did what their security policy forbids.
export function useConsole(serverFlags: string[] = [], contents: 'nothing' | 'demo' = 'nothing'): Console {
  const held = {} as Console
  let contexts: BrowserContext[] = []
  let complaints: string[] = []

  beforeAll(async () => {
    held.server = await startServer(serverFlags, contents)
    held.browser = await chromium.launch({ executablePath: process.env.CAIRN_CHROMIUM ?? '/usr/bin/chromium', args: flags })
  })
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await picture(contexts, task.name)
    const open = contexts
    const found = complaints
    contexts = []
    complaints = []
    await Promise.all(open.map((context) => context.close()))
    expect(found, 'what the pages complained of').toEqual([])
  })
  afterAll(async () => {
    await held.browser?.close()
    await held.server?.stop()
  })

  held.open = async (path = '/', options = {}) => {
    const context = await held.browser.newContext({ baseURL: held.server.url, viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce', ...options })
    contexts.push(context)
    const page = await context.newPage()
    page.setDefaultTimeout(60_000)
    page.on('pageerror', (error) => complaints.push(String(error)))
    page.on('console', (message) => {
      // Refused requests are what some tests are about.
      if (message.type() === 'error' && !refused.test(message.text())) complaints.push(message.text())
    })
    await page.goto('/console' + path)
    return page
  }
  held.signIn = async (path = '/events', options = {}) => {
    const page = await held.open('/sign-in', options)
    const { accessKeyId, secretAccessKey } = held.server
    const answer = await page.request.post('/console/api/sign-in/key', {
      headers: { 'X-Cairn-Csrf': 'sign-in', Origin: held.server.url },
      data: { accessKeyId, secretAccessKey },
    })
    expect(answer.status(), await answer.text()).toBe(200)
    await page.goto('/console' + path)
    return page
  }
  return held
}

// operation calls an operation of CloudTrail with the session of a page, as another tab
// would.
export async function operation<T>(page: Page, name: string, input: object): Promise<T> {
  const { csrf } = (await (await page.request.get('/console/api/session')).json()) as { csrf: string }
  const headers = { 'X-Cairn-Csrf': csrf, Origin: new URL(page.url()).origin }
  const answer = await page.request.post(`/console/api/cloudtrail/${name}`, { headers, data: input })
  expect(answer.status(), await answer.text()).toBe(200)
  return (await answer.json()) as T
}

// picture keeps what the pages of a test that failed showed.
async function picture(contexts: BrowserContext[], name: string): Promise<void> {
  const pages = contexts.flatMap((context) => context.pages())
  await Promise.all(pages.map((page, i) => page.screenshot({ path: join(failures, `${name.replace(/\W+/g, '-')}-${i}.png`) }).catch(() => {})))
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

// barriers lists what keeps people with a keyboard or a screen reader out of the
// page as it is now: axe's serious and critical findings.
export async function barriers(page: Page): Promise<string[]> {
  // What fades in has other colors until it is there.
  await page.evaluate(async () => {
    const ending = document.getAnimations().filter((a) => a.effect?.getTiming().iterations !== Infinity)
    await Promise.allSettled(ending.map((a) => a.finished))
  })
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') }
    const { violations } = await axe.run(document, { resultTypes: ['violations'] })
    return violations
      .filter((v) => v.impact === 'serious' || v.impact === 'critical')
      .map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html.slice(0, 200)).slice(0, 3).join(' | ')}`)
  })
}
