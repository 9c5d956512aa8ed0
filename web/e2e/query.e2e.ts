import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { account, barriers, useConsole } from './harness'
import { logFile, record } from './records'

const it = useConsole()
const before2024 = `WHERE eventTime < timestamp '2024-01-01 00:00:00'`
let store = ''
let records = 0
let folder = ''

// logFiles is a folder of log files from July 2023: real ones where they are at hand,
// else some of the same shape.
function logFiles(): string {
  const real = process.env.CAIRN_REAL_DATA ?? resolve(import.meta.dirname, '../../../shared/data/real')
  if (existsSync(real)) return real
  folder = mkdtempSync(join(tmpdir(), 'cairn-log-files-'))
  const day = join(folder, 'AWSLogs', account, 'CloudTrail', 'us-east-1', '2023', '07', '10')
  mkdirSync(day, { recursive: true })
  const names = ['GetUser', 'GetBucketAcl', 'DescribeRouteTables', 'Decrypt']
  const time = (i: number) => new Date(Date.UTC(2023, 6, 10, 11, 40) + i * 1000).toISOString().replace('.000', '')
  const all = Array.from({ length: 400 }, (_, i) => record(names[i % names.length]!, 0, { eventTime: time(i), readOnly: true }))
  writeFileSync(join(day, `${account}_CloudTrail_us-east-1_20230710T1145Z_abcdefghijklmnop.json.gz`), gzipSync(logFile(all)))
  return folder
}

beforeAll(async () => {
  const page = await it.signIn('/query')
  const session = (await (await page.request.get('/console/api/session')).json()) as { csrf: string; s3Endpoint: string }
  const made = await page.request.post('/console/api/cloudtrail/CreateEventDataStore?region=us-east-1', {
    headers: { 'X-Cairn-Csrf': session.csrf, Origin: it.server.url },
    data: { Name: 'audit', RetentionPeriod: 3653, TerminationProtectionEnabled: false },
  })
  const { EventDataStoreArn } = (await made.json()) as { EventDataStoreArn: string }
  store = EventDataStoreArn.split('/').pop()!
  const said = await it.server.cairn(['import', '--event-data-store', 'audit', '--s3-endpoint', session.s3Endpoint, logFiles()])
  records = Number(/Events\s+([\d,]+)/.exec(said)![1]!.replace(/,/g, ''))
  expect(records).toBeGreaterThan(100)
})

afterAll(() => {
  if (folder) rmSync(folder, { recursive: true, force: true })
})

const editor = (page: Page) => page.getByRole('textbox', { name: 'Query editor' })

async function write(page: Page, sql: string): Promise<void> {
  await editor(page).click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(sql)
  await page.keyboard.press('Escape')
}

async function run(page: Page, sql: string): Promise<void> {
  await write(page, sql)
  await page.getByRole('button', { name: 'Run query' }).click()
}

const rows = (page: Page) => page.getByRole('grid', { name: 'Query results' }).getByRole('row')
const finished = (page: Page) =>
  page
    .getByText(/^Finished in .*scanned/)
    .first()
    .waitFor()

test('a query is written with completion, run, filtered, looked into and drawn', async () => {
  const page = await it.signIn('/query')
  // The first visit begins with a statement over the store.
  await page.locator('.cm-content', { hasText: store }).waitFor()
  await editor(page).click()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('SELECT eventName, coun')
  const offers = page.locator('.cm-tooltip-autocomplete')
  await offers
    .getByRole('option', { name: /^count\(/ })
    .or(offers.getByRole('option', { name: /^count/ }))
    .first()
    .waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.type('t(*) AS n FROM aud')
  // By its name, though the ID is what goes in. (Enter takes no offer that has just appeared.)
  await offers.getByRole('option', { name: /audit/ }).click()
  await page.keyboard.type(` ${before2024} GROUP BY eventName ORDER BY n DESC`)
  await page.keyboard.press('Escape')
  expect((await page.locator('.cm-content').innerText()).replace(/\s+/g, ' ')).toBe(
    `SELECT eventName, count(*) AS n FROM ${store} ${before2024} GROUP BY eventName ORDER BY n DESC`,
  )
  await page.keyboard.press('Control+Enter')
  await finished(page)
  await page
    .getByText(new RegExp(`${records.toLocaleString('en-US')} matched`))
    .first()
    .waitFor()
  await rows(page).nth(1).waitFor()

  await page.getByRole('button', { name: 'Chart', exact: true }).click()
  await page
    .getByRole('application')
    .or(page.locator('[aria-roledescription="bar chart"], [aria-roledescription="pie chart"]'))
    .first()
    .waitFor()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Table', exact: true }).click()

  await page.getByRole('searchbox', { name: 'Filter results' }).fill('getuser')
  await page
    .getByText(/^\d+ match/)
    .first()
    .waitFor()
  await expect.poll(() => rows(page).count()).toBe(2)
  await page.getByRole('button', { name: 'GetUser', exact: true }).click()
  await page.getByRole('dialog').getByRole('region', { name: 'Value' }).getByText('GetUser').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('searchbox', { name: 'Filter results' }).fill('no such event')
  await page.getByText('No matches').waitFor()
  expect(await barriers(page)).toEqual([])
})

test('a mistake is shown where it is, and explained', async () => {
  const page = await it.signIn('/query')
  await run(page, `SELECT eventTime,\n  evntName FROM ${store}`)
  await page.getByText('The statement is wrong in line 2, column 3').waitFor()
  expect(await page.locator('.cm-wrong').innerText()).toBe('evntName')
  await page.getByRole('button', { name: 'Go to line 2' }).click()
  await page.keyboard.type('eventName')
  await page.getByRole('button', { name: 'Run query' }).click()
  await finished(page)
  // A selection runs alone, and its mistakes are placed in the whole text.
  await write(page, `SELECT 1;\nSELECT bad FROM ${store}`)
  await page.keyboard.press('Control+End')
  await page.keyboard.press('Shift+Home')
  await page.keyboard.press('Control+Enter')
  await page.getByText('The statement is wrong in line 2, column 8').waitFor()
  await run(page, `SELECT 1 / (length(eventName) - length(eventName)) FROM ${store}`)
  await page.getByText('Division by zero').waitFor()
})

test('the toolbar, the store and the tabs change the statement', async () => {
  const page = await it.signIn('/query')
  const text = () => page.locator('.cm-content').innerText()
  await write(page, `select eventName from $EDS_ID where eventName = 'x' -- why`)
  await page.getByRole('button', { name: 'Event data store' }).first().click()
  await page.getByRole('option', { name: /audit/ }).click()
  await expect.poll(text).toContain(`from ${store} where`)
  await page.getByRole('button', { name: 'Format selected' }).click()
  await expect.poll(text).toMatch(/^SELECT\n\s+eventName\nFROM\n/)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(text).toContain('select eventName from')
  await page.getByRole('button', { name: 'Redo' }).click()
  await expect.poll(text).toContain('SELECT')
  await editor(page).click()
  await page.keyboard.press('Control+Home')
  await page.getByRole('button', { name: 'Comment/uncomment selected' }).click()
  await expect.poll(text).toMatch(/^-- SELECT/)

  await page.getByRole('button', { name: 'New query' }).click()
  await page.getByRole('button', { name: 'Query 2', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Actions for Query 2' }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('renamed')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'renamed', exact: true }).waitFor()
  // What was written outlives the page.
  await page.reload()
  await page.getByRole('button', { name: 'Query 1 changed', exact: true }).click()
  await expect.poll(text).toMatch(/^-- SELECT/)
  await page.getByRole('button', { name: 'Close Query 1' }).click()
  await page.getByText('has changes that are not saved').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).click()
  await expect.poll(() => page.getByRole('button', { name: /^Query 1/ }).count()).toBe(0)
  // Another window has the same queries, and this one what is written there.
  const window = await page.context().newPage()
  await window.goto('/console/query')
  await window.getByRole('button', { name: 'renamed', exact: true }).waitFor()
  await window.getByRole('button', { name: 'New query' }).click()
  await write(window, 'SELECT 3')
  await page.getByRole('button', { name: 'Query 3 changed', exact: true }).click()
  await expect.poll(text).toBe('SELECT 3')
})

test('Tab leaves the editor, unless it is set to indent', async () => {
  const page = await it.signIn('/query')
  await write(page, 'SELECT 1')
  await page.keyboard.press('Tab')
  await expect.poll(() => editor(page).evaluate((e) => e === document.activeElement)).toBe(false)
  await page.getByRole('button', { name: 'More for the editor' }).click()
  await page.getByRole('menuitemcheckbox', { name: /Tab key indents/ }).click()
  await editor(page).click()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('Tab')
  expect(await page.locator('.cm-content').innerText()).toBe('  SELECT 1')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Tab')
  await expect.poll(() => editor(page).evaluate((e) => e === document.activeElement)).toBe(false)
})

test('a query is saved, found again after a reload, changed and deleted', async () => {
  const page = await it.signIn('/query')
  const sql = `SELECT eventSource, count(*) AS n FROM ${store} GROUP BY eventSource`
  await write(page, sql)
  await page.getByRole('button', { name: 'Save query' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Save query' }).click()
  await page.getByText('Enter a name.').waitFor()
  await page.getByRole('textbox', { name: 'Query name' }).fill('By source')
  await page.getByRole('textbox', { name: /Description/ }).fill('What each service was asked')
  await page.keyboard.press('Tab')
  await page.getByRole('dialog').getByRole('button', { name: 'Save query' }).click()
  await page.getByText('The query "By source" was saved.', { exact: true }).waitFor()
  // In another browser, of the same principal.
  const other = await it.signIn('/query?tab=saved')
  await other.getByRole('link', { name: 'By source' }).click()
  await expect.poll(() => other.locator('.cm-content').innerText()).toBe(sql)
  await other.getByRole('button', { name: 'Run query' }).click()
  await finished(other)
  await write(other, sql + ' LIMIT 3')
  await other.getByRole('button', { name: 'Save', exact: true }).click()
  await other.getByText('The query "By source" was saved.', { exact: true }).waitFor()
  // The first browser has an older one, and does not write over it.
  await write(page, sql + ' LIMIT 4')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('The saved query was changed meanwhile, elsewhere').first().waitFor()
  await page.goto('/console/query?tab=saved')
  await page
    .getByRole('row', { name: /By source.*LIMIT 3/ })
    .getByRole('radio')
    .click()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByText('No saved queries').waitFor()
  // A tab of what was deleted elsewhere keeps its text, to be saved anew.
  await write(other, sql + ' LIMIT 5')
  await other.getByRole('button', { name: 'Save', exact: true }).click()
  await other.getByText('The saved query was deleted meanwhile, elsewhere').first().waitFor()
  await other.getByRole('button', { name: 'Save query' }).click()
  await other.getByRole('dialog').getByRole('button', { name: 'Save query' }).click()
  await expect.poll(() => other.getByText('The saved query was deleted meanwhile').count()).toBe(0)
  await other.getByRole('button', { name: 'Save', exact: true }).waitFor()
})

test('a slow query is cancelled, and the history has both kinds', async () => {
  const page = await it.signIn('/query')
  const quick = `SELECT 'quick' AS q, count(*) AS n FROM ${store} ${before2024}`
  await run(page, quick)
  await finished(page)
  await run(
    page,
    `SELECT count(*) FROM ${store} a CROSS JOIN ${store} b CROSS JOIN ${store} c WHERE a.eventName || b.eventName <> c.eventName`,
  )
  await page.getByText(/^Running for/).waitFor()
  await page.getByRole('button', { name: 'Cancel query' }).click()
  await page
    .getByText(/^Cancelled after/)
    .first()
    .waitFor()

  await page.getByRole('tab', { name: 'Results history' }).click()
  await page
    .getByRole('row', { name: /CROSS JOIN.*Cancelled/ })
    .first()
    .waitFor()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: /Status/ }).click()
  await page.getByRole('option', { name: 'Finished' }).click()
  await expect.poll(() => page.getByRole('row', { name: /Cancelled/ }).count()).toBe(0)
  expect(page.url()).toContain('status=FINISHED')
  // Its results are there again, without running it.
  await page
    .getByRole('link', { name: /'quick' AS q/ })
    .first()
    .click()
  await page.getByRole('button', { name: String(records), exact: true }).waitFor()
  expect(await page.locator('.cm-content').innerText()).toBe(quick)
})

test('a sample query is found, opened for the store, and runs', async () => {
  const page = await it.signIn('/query?tab=samples')
  await page.getByRole('link', { name: 'Calls per day' }).waitFor()
  expect(await page.getByRole('listitem').count()).toBeGreaterThan(80)
  expect(await barriers(page)).toEqual([])
  await page.getByRole('searchbox', { name: 'Search phrase' }).fill('most frequent errors')
  const first = page.getByRole('listitem').filter({ hasText: 'SQL' }).first()
  await first.getByRole('link', { name: 'Most frequent errors' }).waitFor()
  await first.getByRole('link', { name: 'Most frequent errors' }).click()
  await page.locator('.cm-content', { hasText: store }).waitFor()
  expect(await page.locator('.cm-content').innerText()).not.toContain('$EDS_ID')
  await page.getByRole('button', { name: 'Run query' }).click()
  await finished(page)
})

test('results go to a bucket, which is made for them', async () => {
  const page = await it.signIn('/query')
  await write(page, `SELECT eventName FROM ${store} LIMIT 10`)
  await page.getByRole('checkbox', { name: 'Save results to S3' }).click()
  await page.getByText('it is created when the query runs').waitFor()
  await page.getByRole('button', { name: 'Run query' }).click()
  await finished(page)
  await page.getByRole('tab', { name: 'Command output' }).click()
  await page.getByText('Delivered').waitFor()
  await page
    .getByText(new RegExp(`s3://aws-cloudtrail-lake-query-results-${account}-us-east-1/AWSLogs/${account}/CloudTrail-Lake/Query/`))
    .first()
    .waitFor()
  expect(await barriers(page)).toEqual([])
})

test('a hundred thousand rows are paged by the server, and downloaded whole', async () => {
  const page = await it.signIn(
    '/query?sql=' +
      encodeURIComponent(
        `SELECT n.n AS n, 'row ' || CAST(n.n AS varchar) AS t FROM ${store} CROSS JOIN UNNEST(sequence(1, 10000)) AS n (n) LIMIT 120000`,
      ),
  )
  await page.locator('.cm-content', { hasText: 'sequence' }).waitFor()
  expect(page.url()).not.toContain('sql=')
  await page.getByRole('button', { name: 'Run query' }).click()
  await finished(page)
  await page.getByText('(120,000)').waitFor()
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect.poll(() => page.getByRole('button', { name: 'Page 2' }).getAttribute('aria-current')).toBe('true')
  const began = Date.now()
  await page.getByRole('searchbox', { name: 'Filter results' }).fill('nowhere to be found')
  await page.getByText('No matches').waitFor()
  console.log(`a filter over 120,000 rows: ${Date.now() - began} ms`)
  await page.getByRole('button', { name: 'Download results' }).click()
  const downloading = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: 'Download CSV' }).click()
  const file = await (await downloading).createReadStream()
  let lines = 0
  for await (const chunk of file) for (const byte of chunk as Buffer) if (byte === 10) lines++
  expect(lines).toBe(120_001)
})

test('what events say stays text', async () => {
  const page = await it.signIn('/query')
  const hostile = `<img src=x onerror=alert(1)>' || chr(8238) || 'txt.exe' || chr(27) || '[31m`
  await run(page, `SELECT '${hostile}' AS "<b>name</b>", '{"a":"<script>1</script>"}' AS j FROM ${store} LIMIT 1`)
  await finished(page)
  await page.getByRole('columnheader', { name: '<b>name</b>' }).waitFor()
  await page.getByRole('button', { name: /onerror/ }).click()
  const value = await page.getByRole('dialog').getByRole('region', { name: 'Value' }).innerText()
  expect(value).toContain('<img src=x onerror=alert(1)>\\u202etxt.exe\\u001b[31m')
  expect(await page.locator('img[src="x"]').count()).toBe(0)
})
