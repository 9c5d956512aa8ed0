import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { account, barriers, operation, useConsole } from './harness'
import { holdBucket } from './held-bucket'
import { logFile, record } from './records'
import { S3, signed } from './s3'

const made: string[] = []
const folderOf = (name: string) => {
  const folder = mkdtempSync(join(tmpdir(), name))
  made.push(folder)
  return folder
}

// dayFile is a log file of a day of an account, which has an event for each name.
const dayOf = 'AWSLogs/' + account + '/CloudTrail/us-east-1/2023/07/10/'
const dayFile = (id: string) => `${dayOf}${account}_CloudTrail_us-east-1_20230710T1145Z_${id.padEnd(16, 'x')}.json.gz`
const zipped = (...names: string[]) => gzipSync(logFile(names.map((name) => record(name, 60, { eventTime: '2023-07-10T11:40:00Z' }))))

// A bucket elsewhere, for which the settings of the server have an endpoint.
const held = await holdBucket('held-logs', new Map(['a', 'b', 'c'].map((id) => [dayFile(id), zipped('RunInstances', 'StopInstances')])))
const settings = join(folderOf('cairn-settings-'), 'cairn.yaml')
writeFileSync(settings, `buckets:\n  - name: held-logs\n    endpoint: ${held.url}\n    region: us-east-1\n`)
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'unused' })

const it = useConsole(['--config', settings])

afterAll(() => {
  held.close()
  made.forEach((folder) => rmSync(folder, { recursive: true, force: true }))
})

// logFiles is a folder of log files: real ones where they are at hand.
function logFiles(): string {
  const real = process.env.CAIRN_REAL_DATA ?? resolve(import.meta.dirname, '../../../shared/data/real')
  if (existsSync(real)) return real
  const folder = folderOf('cairn-log-files-')
  mkdirSync(join(folder, dayOf), { recursive: true })
  writeFileSync(join(folder, dayFile('a')), zipped(...Array.from({ length: 200 }, () => 'CreateUser')))
  return folder
}

const pair = (page: Page, label: string) =>
  page
    .locator('dl div', { has: page.locator('dt', { hasText: label }) })
    .locator('dd')
    .first()

// becomes waits until the value beside a label is a text.
const becomes = (page: Page, label: string, want: string) =>
  expect.poll(() => pair(page, label).innerText()).toBe(want)

async function choose(page: Page, select: RegExp, option: RegExp | string): Promise<void> {
  await page.getByRole('button', { name: select }).click()
  if (typeof option === 'string') await page.keyboard.type(option)
  await page.getByRole('option', { name: option }).first().click()
}

async function s3Of(page: Page): Promise<S3> {
  const { s3Endpoint } = (await (await page.request.get('/console/api/session')).json()) as { s3Endpoint: string }
  return new S3(s3Endpoint, it.server)
}

const next = (page: Page) => page.getByRole('button', { name: 'Next' }).click()

async function act(page: Page, action: string): Promise<void> {
  await page.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

// makeStore makes an event data store with the wizard's defaults.
async function makeStore(page: Page, name: string, retention?: string): Promise<void> {
  await page.goto('/console/event-data-stores/create')
  await page.getByLabel('Event data store name').fill(name)
  if (retention) await page.getByRole('spinbutton', { name: 'Retention period in days' }).fill(retention)
  for (let i = 0; i < 3; i++) await next(page)
  await page.getByRole('button', { name: 'Create event data store' }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  await becomes(page, 'Status', 'Enabled')
}

test('a store is made with a template for data events', async () => {
  const page = await it.signIn('/event-data-stores')
  await page.getByText('No event data stores').waitFor()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('link', { name: 'Create event data store' }).first().click()

  await page.getByLabel('Event data store name').fill('data')
  await page.getByRole('spinbutton', { name: 'Retention period in days' }).fill('3654')
  await page.getByText('Enter a number of days from 7 to 3,653.').waitFor()
  await page.getByRole('radio', { name: /^Seven-year retention pricing/ }).check()
  expect(await page.getByRole('spinbutton', { name: 'Retention period in days' }).inputValue()).toBe('2557')
  await page.getByRole('radio', { name: /^One-year extendable/ }).check()
  await page.getByRole('slider', { name: /^Retention period/ }).focus()
  await page.keyboard.press('End')
  expect(await page.getByRole('spinbutton', { name: 'Retention period in days' }).inputValue()).toBe('3653')
  await page.getByRole('spinbutton', { name: 'Retention period in days' }).fill('731')
  expect(await barriers(page)).toEqual([])
  await next(page)

  await page.getByRole('checkbox', { name: /^Management events/ }).uncheck()
  await page.getByRole('checkbox', { name: /^Data events/ }).check()
  await next(page)
  await page.getByText('Choose a resource type.').waitFor()
  await choose(page, /^Resource type/, 'AWS::Lambda::Function')
  await choose(page, /^Log selector template/, /^Log only AWS Management Console events/)
  await page.getByLabel(/^Selector name/).fill('by hand')
  expect(await barriers(page)).toEqual([])
  await next(page)
  await page.getByRole('textbox', { name: 'Resource tag keys' }).fill('stage')
  await page.keyboard.press('Enter')
  expect(await barriers(page)).toEqual([])
  await next(page)
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Create event data store' }).click()

  await page.getByRole('heading', { name: 'data', level: 1 }).waitFor()
  await becomes(page, 'Status', 'Enabled')
  expect(await pair(page, 'Retention period').innerText()).toBe('731 days (2 years)')
  expect(await pair(page, 'Log selector template').innerText()).toBe('Log only AWS Management Console events')
  expect(await pair(page, 'Resource tag keys').innerText()).toBe('stage')
  expect(await pair(page, 'Maximum event size').innerText()).toBe('1 MB')
  await page.getByRole('button', { name: 'JSON view' }).click()
  const text = await page.getByRole('region', { name: 'Event selectors' }).innerText()
  expect(JSON.parse(text)).toEqual([
    {
      Name: 'by hand',
      FieldSelectors: [
        { Field: 'eventCategory', Equals: ['Data'] },
        { Field: 'resources.type', Equals: ['AWS::Lambda::Function'] },
        { Field: 'sessionCredentialFromConsole', Equals: ['true'] },
      ],
    },
  ])
  expect(await barriers(page)).toEqual([])
})

test('log files are copied with progress, and a file that is none is told', async () => {
  const page = await it.signIn('/event-data-stores')
  const s3 = await s3Of(page)
  const files = await s3.upload('old-logs', logFiles())
  await makeStore(page, 'history', '3653')

  await act(page, 'Copy trail events')
  await page.getByRole('button', { name: 'Copy events' }).click()
  await page.getByText('Enter the S3 URI of the log files.').waitFor()
  await page.getByRole('button', { name: 'Browse S3' }).click()
  await page
    .getByRole('row', { name: /old-logs/ })
    .getByRole('radio')
    .check()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Choose', exact: true }).click()
  expect(await page.getByRole('textbox', { name: 'S3 URI' }).inputValue()).toBe(`s3://old-logs/AWSLogs/${account}/CloudTrail/`)
  await page.getByRole('textbox', { name: 'S3 URI' }).fill('s3://old-logs/AWSLogs/')
  await page.getByRole('button', { name: 'Copy events' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Copy events' }).click()
  await page.getByRole('heading', { name: 'Copy details', level: 1 }).waitFor()
  await page.getByText('Completed', { exact: true }).waitFor()
  expect(await pair(page, 'Files copied').innerText()).toBe(String(files))
  expect(Number((await pair(page, 'Events copied').innerText()).replace(/,/g, ''))).toBeGreaterThan(100)
  await page.getByText('Every log file that was found could be copied.').waitFor()
  expect(await barriers(page)).toEqual([])

  // Again, with a file that is no log file.
  const [some] = await s3.list('old-logs', 'AWSLogs/')
  await s3.put('old-logs', some!.replace(/_[^_]+\.json\.gz$/, '_zzzzzzzzzzzzzzzz.json.gz'), Buffer.from('no gzip'))
  await page.goto('/console/imports/create')
  await page.getByRole('textbox', { name: 'S3 URI' }).fill('s3://old-logs/AWSLogs/')
  await choose(page, /^Event data store/, /^history/)
  await page.getByRole('button', { name: 'Copy events' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Copy events' }).click()
  await page.getByText('Failed', { exact: true }).first().waitFor()
  await page.getByRole('cell', { name: 'InvalidFileType' }).waitFor()
  expect(await barriers(page)).toEqual([])
  await page.goto('/console/imports?status=COMPLETED')
  await page.getByRole('link', { name: 'history', exact: true }).waitFor()
  expect(await page.getByRole('row').count()).toBe(2)
})

// copyFrom starts a copy of log files into a new event data store.
async function copyFrom(page: Page, uri: string): Promise<void> {
  const store = { Name: new URL(uri).host, RetentionPeriod: 3653 }
  const { EventDataStoreArn } = await operation<{ EventDataStoreArn: string }>(page, 'CreateEventDataStore', store)
  await page.goto(`/console/imports/create?source=${uri}&destination=${EventDataStoreArn.split('/')[1]}`)
  await page.getByRole('button', { name: /^Event data store / }).getByText(store.Name).waitFor()
  await page.getByRole('button', { name: 'Copy events' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Copy events' }).click()
  await page.getByRole('heading', { name: 'Copy details', level: 1 }).waitFor()
}

const retry = (page: Page) => page.getByRole('button', { name: 'Retry copy' })

test('a copy is stopped, and goes on', async () => {
  const page = await it.signIn('/imports')
  await copyFrom(page, 's3://held-logs/AWSLogs/')
  await held.asked()
  await becomes(page, 'Copy status', 'In progress')
  expect(await retry(page).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Stop copy' }).click()
  await page.getByRole('dialog').getByText('With Retry copy it goes on where it stopped.').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Stop copy' }).click()
  await becomes(page, 'Copy status', 'Stopped')
  await page.getByText('Stopped. Retry copy goes on from here.').waitFor()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  expect(await page.getByRole('button', { name: 'Stop copy' }).isDisabled()).toBe(true)
  expect(await barriers(page)).toEqual([])
  held.letGo()
  await retry(page).click()
  await becomes(page, 'Copy status', 'Completed')
  expect(await pair(page, 'Files copied').innerText()).toBe('3')
  expect(await pair(page, 'Events copied').innerText()).toBe('6')
})

test('a copy that failed is retried when its file is mended', async () => {
  const page = await it.signIn('/imports')
  const s3 = await s3Of(page)
  await s3.put('mended-logs')
  await s3.put('mended-logs', dayFile('a'), zipped('RunInstances'))
  await s3.put('mended-logs', dayFile('b'), zipped('StopInstances').subarray(0, -9))
  await copyFrom(page, 's3://mended-logs/AWSLogs/')
  await becomes(page, 'Copy status', 'Failed')
  await becomes(page, 'Copy failures', '1')
  expect(await pair(page, 'Events copied').innerText()).toBe('1')
  const failure = page.getByRole('row', { name: dayFile('b') })
  await failure.getByText('Nothing of it is imported').waitFor()
  expect(await barriers(page)).toEqual([])
  await s3.put('mended-logs', dayFile('b'), zipped('StopInstances'))
  await retry(page).click()
  await becomes(page, 'Copy status', 'Completed')
  expect(await pair(page, 'Copy failures').innerText()).toBe('0')
  expect(await pair(page, 'Events copied').innerText()).toBe('2')
  await failure.getByText('Succeeded when tried again').waitFor()
})

test('a store is stopped, started, unprotected, deleted and restored', async () => {
  const page = await it.signIn('/event-data-stores')
  await makeStore(page, 'brief')
  await act(page, 'Stop ingestion')
  await page.getByRole('dialog').getByRole('button', { name: 'Stop ingestion' }).click()
  await becomes(page, 'Status', 'Stopped ingestion')
  await act(page, 'Start ingestion')
  await page.getByRole('dialog').getByRole('button', { name: 'Start ingestion' }).click()
  await becomes(page, 'Status', 'Enabled')

  await page.getByRole('button', { name: 'Actions' }).click()
  expect(await page.getByRole('menuitem', { name: 'Delete' }).getAttribute('aria-disabled')).toBe('true')
  await page.getByRole('menuitem', { name: 'Change termination protection' }).click()
  await page.getByRole('radio', { name: 'Disabled' }).check()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Save' }).click()
  await becomes(page, 'Termination protection', 'Disabled')

  await act(page, 'Delete')
  const dialog = page.getByRole('dialog')
  await dialog.getByText('It waits for seven days, in which it can be restored').waitFor()
  expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true)
  await dialog.getByRole('textbox').fill('brief')
  expect(await barriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('This event data store is pending deletion').waitFor()
  expect(await barriers(page)).toEqual([])
  await act(page, 'Restore')
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click()
  await becomes(page, 'Status', 'Enabled')

  await page.getByRole('link', { name: 'Edit General details' }).click()
  await page.getByLabel('Event data store name').fill('lasting')
  await page.getByRole('spinbutton', { name: 'Retention period in days' }).fill('30')
  await page.getByText('Events that are older than 30 days are removed for good').waitFor()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('heading', { name: 'lasting', level: 1 }).waitFor()
  await becomes(page, 'Retention period', '30 days (1 month)')
})

test('a store for Insights events takes those of another one', async () => {
  const page = await it.signIn('/imports')
  await operation(page, 'CreateEventDataStore', { Name: 'watched' })
  await page.goto('/console/event-data-stores/create')
  await page.getByLabel('Event data store name').fill('unusual')
  await next(page)
  await page.getByRole('radio', { name: /^CloudTrail Insights events/ }).check()
  await choose(page, /^Source event data stores/, /^watched/)
  await page.keyboard.press('Escape')
  await page.getByRole('checkbox', { name: /^API error rate/ }).uncheck()
  expect(await barriers(page)).toEqual([])
  await next(page)
  await becomes(page, 'Source event data stores', 'watched')
  await page.getByRole('button', { name: 'Create event data store' }).click()
  await page.getByRole('heading', { name: 'unusual', level: 1 }).waitFor()
  await page.goto('/console/event-data-stores')
  await page.getByRole('link', { name: 'watched' }).click()
  await becomes(page, 'Insights types', 'API call rate')
})

test('an integration takes events', async () => {
  const page = await it.signIn('/event-data-stores/create')
  await page.getByLabel('Event data store name').fill('outside')
  await next(page)
  await page.getByRole('radio', { name: /^Events from integrations/ }).check()
  await page.getByLabel('Channel name').fill('app')
  await page.getByRole('textbox', { name: 'AWS accounts' }).fill('44445555666')
  await page.keyboard.press('Enter')
  await next(page)
  await page.getByText('44445555666 is no account ID of 12 digits').waitFor()
  await page.getByRole('button', { name: 'Remove 44445555666' }).click()
  await page.getByRole('textbox', { name: 'AWS accounts' }).fill('444455556666')
  await page.keyboard.press('Enter')
  await next(page)
  await page.getByRole('button', { name: 'Create event data store' }).click()
  await page.getByRole('heading', { name: 'outside', level: 1 }).waitFor()

  await page.getByRole('link', { name: 'app', exact: true }).click()
  await page.getByText('Waiting for events').waitFor()
  await page.getByText('arn:aws:iam::444455556666:root').waitFor()
  expect(await barriers(page)).toEqual([])

  const arn = /arn:aws:cloudtrail:[^ ]+:channel\/[0-9a-f-]+/.exec(await pair(page, 'Channel ARN').innerText())![0]
  const put = async (more: object) => {
    const eventData = JSON.stringify({
      version: '1.0',
      userIdentity: { type: 'CustomUserIdentity', principalId: 'alice' },
      eventSource: 'my-app.example.com',
      eventName: 'SignIn',
      eventTime: new Date().toISOString().slice(0, 19) + 'Z',
      UID: crypto.randomUUID(),
      recipientAccountId: account,
      ...more,
    })
    const body = Buffer.from(JSON.stringify({ auditEvents: [{ id: '1', eventData }] }))
    await signed(it.server, {
      service: 'cloudtrail-data',
      endpoint: it.server.url,
      method: 'POST',
      path: '/PutAuditEvents',
      query: { channelArn: arn },
      body,
      type: 'application/json',
    })
  }
  // The page asks by itself too, every few seconds.
  const says = (text: string) => async () => {
    await page.getByRole('button', { name: 'Refresh' }).click()
    return page.getByText(text).isVisible()
  }
  await put({})
  await expect.poll(says('Receiving events'), { interval: 500 }).toBe(true)
  await put({ recipientAccountId: '444455556666' })
  await expect.poll(says('recipientAccountId is not the account that owns the channel.'), { interval: 500 }).toBe(true)
  expect(await barriers(page)).toEqual([])

  await page.getByRole('link', { name: 'Edit Integration details' }).click()
  await page.getByLabel('Channel name').fill('my-app')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('heading', { name: 'my-app', level: 1 }).waitFor()

  await page.getByRole('button', { name: 'Delete channel' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete channel' }).click()
  await page.getByText('Channel my-app deleted').waitFor()
  await page.getByText('No integrations').waitFor()
  expect(await barriers(page)).toEqual([])
})
