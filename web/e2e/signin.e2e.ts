import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { account, barriers, useConsole } from './harness'
import { counterAt, leftOf, totp } from './totp'

const it = useConsole()
const password = 'wonderland is far away'

beforeAll(async () => {
  for (const name of ['alice', 'bob', 'mallory']) {
    await it.server.cairn(['account', 'user', 'create', name, '--policy', 'AdministratorAccess'])
    await it.server.cairn(['account', 'password', '--user', name, '@-'], password)
  }
  await it.server.cairn(['account', 'password', '--root', '@-'], password)
})

async function enter(page: Page, user: string, secret: string): Promise<void> {
  await page.getByRole('radio', { name: 'IAM user' }).check()
  await page.getByLabel('Account ID').fill(account)
  await page.getByLabel('User name').fill(user)
  await page.getByLabel('Password', { exact: true }).fill(secret)
  await page.keyboard.press('Enter')
}

const signedInAs = (page: Page, name: string) => page.getByRole('button', { name: `Signed in as ${name}` }).waitFor()

test('a page without a session asks for one, and is shown after', async () => {
  const page = await it.open('/events?EventName=ConsoleLogin&Username=alice')
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor()
  expect(await barriers(page)).toEqual([])
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('account')
  expect(await page.getByLabel('User name').getAttribute('autocomplete')).toBe('username')
  expect(await page.getByLabel('Password', { exact: true }).getAttribute('autocomplete')).toBe('current-password')

  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('Enter the account ID: 12 digits.').waitFor()

  await enter(page, 'alice', 'not the password')
  await page.getByRole('alert').getByText(/./).waitFor()
  expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('')

  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await signedInAs(page, 'alice')
  expect(new URL(page.url()).search).toBe('?EventName=ConsoleLogin&Username=alice')

  // Both attempts are in the history, as the filter of the address finds them.
  await expect
    .poll(async () => {
      await page.getByRole('button', { name: 'Refresh' }).click()
      return page.getByRole('grid', { name: 'Events' }).getByRole('link', { name: 'ConsoleLogin' }).count()
    })
    .toBe(2)
})

test('the root user and an access key get in too, and the account is remembered', async () => {
  const page = await it.open('/trails')
  await page.getByRole('radio', { name: 'Root user' }).check()
  await page.getByLabel('Account ID').fill('1111-2222-3333')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await signedInAs(page, 'root')

  await page.getByRole('button', { name: 'Signed in as root' }).click()
  await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click()
  await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor()
  expect(await page.getByLabel('Account ID').inputValue()).toBe(account)
  expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('password')

  await page.getByRole('radio', { name: 'Access key' }).check()
  await page.getByLabel('Access key ID').fill(it.server.accessKeyId)
  await page.getByLabel('Secret access key', { exact: true }).fill('wrong' + it.server.secretAccessKey.slice(5))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('alert').getByText(/./).waitFor()
  await page.getByLabel('Secret access key', { exact: true }).fill(it.server.secretAccessKey)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: /Trails/, level: 1 }).waitFor()
})

test('with an MFA device, a sign-in takes its code', async () => {
  const page = await it.open('/credentials')
  await enter(page, 'bob', password)
  await page.getByRole('button', { name: 'Assign MFA device' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Assign MFA device' })
  await dialog.getByLabel('Device name').fill('phone')
  await dialog.getByRole('button', { name: 'Next' }).click()
  await dialog.getByRole('img', { name: 'QR code of the device phone' }).waitFor()
  expect(await barriers(page)).toEqual([])
  const secret = (await dialog.getByText(/^([A-Z2-7]{4} )+[A-Z2-7]{1,4}$/).textContent())!.replaceAll(' ', '')
  // The older of the two codes has to count until it is sent.
  await expect.poll(() => leftOf(), { timeout: 30_000, interval: 500 }).toBeGreaterThan(10)
  const now = counterAt()
  await dialog.getByLabel('MFA code 1').fill(totp(secret, now - 1))
  await dialog.getByLabel('MFA code 2').fill(totp(secret, now))
  await dialog.getByRole('button', { name: 'Add MFA' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('table', { name: 'MFA devices' }).getByText('phone', { exact: true }).waitFor()

  const other = await it.open('/credentials')
  await enter(other, 'bob', password)
  const code = other.getByLabel('MFA code')
  await code.waitFor()
  expect(await code.getAttribute('autocomplete')).toBe('one-time-code')
  expect(await barriers(other)).toEqual([])
  // In another browser than asked for it no code is good: it begins anew, with the names.
  await other.context().clearCookies()
  await code.fill('123456')
  await other.keyboard.press('Enter')
  await other.getByRole('alert').getByText('Sign in from the beginning.').waitFor()
  expect(await other.getByLabel('User name').inputValue()).toBe('bob')
  await other.getByLabel('Password', { exact: true }).fill(password)
  await other.keyboard.press('Enter')
  await code.waitFor()
  // The code that enabled the device does not work again.
  await code.fill(totp(secret, now))
  await other.keyboard.press('Enter')
  await other.getByRole('alert').getByText(/./).waitFor()
  await code.fill(totp(secret, now + 1))
  await other.keyboard.press('Enter')
  await signedInAs(other, 'bob')
  await other.getByRole('table', { name: 'Active sessions' }).getByText('This session').waitFor()

  // Each session sees the other, and can end it.
  await other.getByRole('button', { name: /^End the session/ }).click()
  await expect.poll(() => other.getByRole('button', { name: /^End the session/ }).count()).toBe(0)
  await page.getByRole('link', { name: 'Trails' }).click()
  await page.getByText(/Sign in again to go on where you were/).waitFor()

  await other.getByRole('button', { name: 'Deactivate phone' }).click()
  await other.getByRole('dialog').getByRole('button', { name: 'Deactivate' }).click()
  await other.getByRole('table', { name: 'MFA devices' }).getByText('No MFA device').waitFor()
})

test('a password is changed by who knows it, and ends the other sessions', async () => {
  const other = await it.open('/events')
  await enter(other, 'alice', password)
  await signedInAs(other, 'alice')
  const page = await it.open('/credentials')
  await enter(page, 'alice', password)
  await page.getByRole('button', { name: 'Change password' }).click()
  const change = async (old: string, next: string) => {
    await page.getByLabel('Current password').fill(old)
    await page.getByLabel('New password', { exact: true }).fill(next)
    await page.getByLabel('Confirm new password').fill(next)
    await page.getByRole('button', { name: 'Change password' }).click()
  }
  await change(password, 'I am alice of old')
  await page.getByText('The new password does not keep the rules below.').waitFor()
  await change('not the password', 'through the looking glass')
  await page.getByText('This is not your password.').waitFor()
  await change(password, 'through the looking glass')
  await page.getByText('The password is changed. Your other sessions have ended.').waitFor()
  await other.getByRole('button', { name: 'Refresh' }).click()
  await other.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor()
  await enter(other, 'alice', 'through the looking glass')
  await signedInAs(other, 'alice')
})

test('who guesses has to wait, and sees for how long', async () => {
  const page = await it.open('/events')
  const wait = page.getByRole('timer')
  const seconds = async () => Number(/\d+/.exec((await wait.textContent({ timeout: 1000 }).catch(() => '')) ?? '')?.[0] ?? 0)
  // The first waits are short: long enough to look at is enough.
  await expect
    .poll(
      async () => {
        if (!(await wait.isVisible())) {
          await enter(page, 'mallory', 'a guess of many')
          await page.getByRole('alert').first().waitFor()
        }
        return seconds()
      },
      { timeout: 60_000 },
    )
    .toBeGreaterThanOrEqual(5)
  expect(await wait.textContent()).toMatch(/Try again in \d+ seconds?\./)
  expect(await page.getByRole('button', { name: 'Sign in' }).isDisabled()).toBe(true)
  expect(await barriers(page)).toEqual([])
})

test('a session that an administrator ends is over at the next call, and the place is kept', async () => {
  const page = await it.open('/events?filter=none&range=1d')
  await enter(page, 'bob', password)
  await signedInAs(page, 'bob')
  await page.getByRole('grid', { name: 'Events' }).getByRole('link').first().waitFor()
  await it.server.cairn(['account', 'sign-out', '--user', 'bob'])
  await page.getByRole('button', { name: 'Refresh' }).click()
  await page.getByText(/Sign in again to go on where you were/).waitFor()
  await enter(page, 'bob', password)
  await signedInAs(page, 'bob')
  expect(new URL(page.url()).search).toBe('?filter=none&range=1d')
})
