import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { useConsole } from './harness'

const it = useConsole()

// cookieOf is the session's cookie as the browser holds it.
async function cookieOf(page: Page) {
  return (await page.context().cookies()).find((cookie) => cookie.name === 'cairn-console')
}

async function signInByKey(page: Page) {
  const { accessKeyId, secretAccessKey, url } = it.server
  return page.request.post('/console/api/sign-in/key', {
    headers: { 'X-Cairn-Csrf': 'sign-in', Origin: url },
    data: { accessKeyId, secretAccessKey },
  })
}

describe('sessions', () => {
  test('every page asks for a sign-in first, and shows itself after', async () => {
    const page = await it.open('/trails')
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    expect(await page.getByRole('navigation').count()).toBe(0)
    const answer = await page.request.get('/console/api/session')
    expect(answer.status()).toBe(401)
    await signInByKey(page)
    await page.reload()
    await page.getByRole('heading', { level: 1, name: /^Trails/ }).waitFor()
  })

  test('the cookie is for the server alone, and strict', async () => {
    const page = await it.signIn()
    const cookie = await cookieOf(page)
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', expires: -1 })
    expect(cookie!.value.length).toBeGreaterThanOrEqual(43)
    expect(await page.evaluate(() => document.cookie)).toBe('')
  })

  test('a sign-in makes a new session, whatever cookie the browser came with', async () => {
    const page = await it.open('/sign-in')
    const planted = 'A'.repeat(43)
    await page.context().addCookies([{ name: 'cairn-console', value: planted, url: it.server.url }])
    await signInByKey(page)
    const first = (await cookieOf(page))!.value
    expect(first).not.toBe(planted)
    await signInByKey(page)
    const second = (await cookieOf(page))!.value
    expect(second).not.toBe(first)
    await page.context().clearCookies()
    await page.context().addCookies([{ name: 'cairn-console', value: planted, url: it.server.url }])
    expect((await page.request.get('/console/api/session')).status()).toBe(401)
  })

  test('signing out ends the session on the server', async () => {
    const page = await it.signIn('/trails')
    const cookie = (await cookieOf(page))!
    await page.getByRole('button', { name: /Signed in as/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    await page.context().addCookies([{ name: cookie.name, value: cookie.value, url: it.server.url }])
    expect((await page.request.get('/console/api/session')).status()).toBe(401)
    await page.goBack()
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
  })
})

describe('requests of other sites', () => {
  test('who signs in or out in one tab does so in the others', async () => {
  const page = await it.signIn('/events')
  await page.getByRole('heading', { level: 1, name: /^Event history/ }).waitFor()
  const other = await page.context().newPage()
  await other.goto('/console/trails')
  await other.getByRole('button', { name: /^Signed in as/ }).click()
  await other.getByRole('menuitem', { name: 'Sign out', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()

  // A cookie that came by another way than this page.
  const signIn = async () => {
    const answer = await page.request.post('/console/api/sign-in/key', {
      headers: { 'X-Cairn-Csrf': 'sign-in', Origin: it.server.url },
      data: { accessKeyId: it.server.accessKeyId, secretAccessKey: it.server.secretAccessKey },
    })
    expect(answer.status()).toBe(200)
  }
  await signIn()
  await other.reload()
  await page.getByRole('heading', { level: 1, name: /^Event history/ }).waitFor()
  await signIn()
  await page.getByRole('button', { name: 'Refresh' }).click()
  await page.getByText('The event history could not be read').waitFor({ state: 'hidden' })
  await page.getByRole('link', { name: 'ConsoleLogin' }).first().waitFor()
})

test('a call without the token, or with another one, changes nothing', async () => {
    const page = await it.signIn()
    const wrong: Record<string, string>[] = [{}, { 'X-Cairn-Csrf': 'sign-in' }, { 'X-Cairn-Csrf': 'x'.repeat(43) }]
    for (const headers of wrong) {
      const answer = await page.request.post('/console/api/cloudtrail/ListTrails?region=us-east-1', { headers: { ...headers, Origin: it.server.url }, data: {} })
      expect(answer.status()).toBe(403)
      expect(await answer.json()).toMatchObject({ code: 'CsrfRefused' })
    }
  })

  test('a page of another origin reaches neither answers nor operations', async () => {
    const other = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<title>other</title>'))
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done))
    try {
      const page = await it.signIn()
      const stranger = await page.context().newPage()
      await stranger.goto(`http://localhost:${(other.address() as AddressInfo).port}/`)
      const outcome = await stranger.evaluate(async (url) => {
        const attempts: string[] = []
        const ways: RequestInit[] = [{ method: 'GET' }, { method: 'POST', body: '{}' }, { method: 'POST', body: '{}', mode: 'no-cors' }]
        for (const init of ways) {
          try {
            const answer = await fetch(url, { ...init, credentials: 'include' })
            attempts.push('answered ' + answer.status)
          } catch {
            attempts.push('refused')
          }
        }
        return attempts
      }, it.server.url + '/console/api/cloudtrail/ListTrails')
      expect(outcome).toEqual(['refused', 'refused', 'refused'])
      const calls = await it.server.cairn(['lookup', '--json', '--event-name', 'ListTrails', '--since', '1h'])
      expect(calls).not.toContain('localhost:')
      const frame = await stranger.evaluate(async (url) => {
        const element = document.createElement('iframe')
        element.src = url
        document.body.append(element)
        await new Promise((done) => element.addEventListener('load', done, { once: true }))
        return element.contentDocument
      }, it.server.url + '/console/events')
      expect(frame).toBe(null)
    } finally {
      other.close()
    }
  })
})

describe('the policy of the pages', () => {
  test('allows no script but the built ones', async () => {
    const page = await it.open('/sign-in')
    const answer = await page.request.get('/console/events')
    const policy = answer.headers()['content-security-policy']!
    expect(policy).not.toContain('unsafe')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    const again = (await page.request.get('/console/events')).headers()['content-security-policy']
    expect(again, 'the nonce').not.toBe(policy)
  })

  test('an injected script does not run', async () => {
    const context = await it.browser.newContext({ baseURL: it.server.url })
    try {
      const page = await context.newPage()
      await page.goto('/console/sign-in')
      await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
      const ran = await page.evaluate(async () => {
        const marked = window as unknown as { injected?: string }
        const refused = new Promise<string>((done) => document.addEventListener('securitypolicyviolation', (e) => done(e.effectiveDirective), { once: true }))
        const script = document.createElement('script')
        script.textContent = 'window.injected = "yes"'
        document.body.append(script)
        return { directive: await refused, injected: marked.injected }
      })
      expect(ran).toEqual({ directive: 'script-src-elem', injected: undefined })
    } finally {
      await context.close()
    }
  })
})
