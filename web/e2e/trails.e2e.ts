import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { account, barriers, operation, useConsole } from './harness'
import { S3 } from './s3'

const it = useConsole(['--log-file-interval', '2s', '--digest-interval', '4s'])

async function s3(page: Page): Promise<S3> {
  const session = (await (await page.request.get('/console/api/session')).json()) as { s3Endpoint: string }
  return new S3(session.s3Endpoint, it.server)
}

// choose picks an option of a select.
async function choose(page: Page, select: RegExp, option: RegExp | string): Promise<void> {
  await page.getByRole('button', { name: select }).click()
  if (typeof option === 'string') await page.keyboard.type(option)
  await page.getByRole('option', { name: option }).first().click()
}

// pair is the value beside a label of the page.
const pair = (page: Page, label: string) =>
  page
    .locator('dl div', { has: page.locator('dt', { hasText: label }) })
    .locator('dd')
    .first()

// becomes waits until the value beside a label is a text.
const becomes = (page: Page, label: string, want: string) =>
  expect.poll(() => pair(page, label).innerText()).toBe(want)

// digested is the key of a log file that a digest names: the newest log files
// are in none yet, so a validation does not know them.
async function digested(store: S3, bucket: string): Promise<string> {
  for (const key of await store.list(bucket, `AWSLogs/${account}/CloudTrail-Digest/us-east-1/`)) {
    const digest = JSON.parse((await store.get(bucket, key)).toString()) as { logFiles: { s3Object: string }[] }
    if (digest.logFiles[0]) return digest.logFiles[0].s3Object
  }
  throw new Error('no digest names a log file')
}

// makeTrail goes through the wizard with its defaults.
async function makeTrail(page: Page, name: string): Promise<void> {
  await page.getByLabel('Trail name').fill(name)
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Create trail' }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
}

test('a trail with a new bucket delivers, and its log files validate', async () => {
  const page = await it.signIn('/trails')
  await page.getByText('No trails').waitFor()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('link', { name: 'Create trail' }).first().click()

  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('Enter a name for the trail.').waitFor()
  await page.getByLabel('Trail name').fill('my-_trail')
  await page.getByText('two periods, underscores, or hyphens next to each other').waitFor()
  await page.getByLabel('Trail name').fill('main')
  const bucket = await page.getByLabel('Trail log bucket and folder').inputValue()
  expect(bucket).toMatch(new RegExp(`^aws-cloudtrail-logs-${account}-[0-9a-f]{8}$`))
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Next' }).click()

  await page.getByRole('checkbox', { name: /^Data events/ }).check()
  await choose(page, /^Resource type/, 'AWS::S3::Object')
  await choose(page, /^Log selector template/, /^Log only write events/)
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('Log only write events').waitFor()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Create trail' }).click()

  await page.getByText('Trail main created').waitFor()
  await page.getByText('Logging', { exact: true }).waitFor()
  await page.getByText('Log only write events').waitFor()
  expect(await barriers(page)).toEqual([])
  // The first log file and the digest that names it are delivered.
  await expect.poll(() => pair(page, 'Last log file delivered').innerText()).toMatch(/UTC/)
  await expect.poll(() => pair(page, 'Last file validation delivered').innerText()).toMatch(/UTC/)

  await page.getByRole('tab', { name: 'Log file validation' }).click()
  // A log file is validated once a digest names it.
  await expect
    .poll(
      async () => {
        await page.getByRole('button', { name: 'Validate', exact: true }).click()
        await page.getByRole('heading', { name: 'Report' }).waitFor()
        return pair(page, 'Log files').innerText()
      },
      { interval: 1000 },
    )
    .toMatch(/[1-9]\d* valid/)
  await page.getByText('All files are as CloudTrail delivered them').waitFor()
  expect(await barriers(page)).toEqual([])
  const [text] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download as text' }).click()])
  expect(readFileSync(await text.path(), 'utf8')).toMatch(/digest files valid[\s\S]*log files valid/)
  const [json] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download as JSON' }).click()])
  expect((JSON.parse(readFileSync(await json.path(), 'utf8')) as { logFiles: { invalid: number } }).logFiles.invalid).toBe(0)

  // The report stays while somebody looks at the rest of the page.
  await page.getByRole('tab', { name: 'Details' }).click()
  await page.getByRole('heading', { name: 'General details' }).waitFor()
  await page.getByRole('tab', { name: 'Log file validation' }).click()
  await page.getByText('All files are as CloudTrail delivered them').waitFor()

  // Somebody changes a log file that a digest names.
  const store = await s3(page)
  const log = await digested(store, bucket)
  await store.put(bucket, log, Buffer.concat([await store.get(bucket, log), Buffer.from('x')]))
  await page.getByRole('button', { name: 'Validate', exact: true }).click()
  await page.getByText('Files were changed or deleted after CloudTrail delivered them').waitFor()
  await page.getByRole('cell', { name: 'was changed' }).first().waitFor()
  await page.getByText(log).first().waitFor()
})

test('a trail is stopped, started, changed and deleted', async () => {
  const page = await it.signIn('/trails/create')
  await makeTrail(page, 'short-lived')

  await page.getByRole('button', { name: 'Stop logging' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Log files that were delivered stay in the bucket').waitFor()
  expect(await barriers(page)).toEqual([])
  await dialog.getByRole('button', { name: 'Stop logging' }).click()
  await page.getByText('Off', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Start logging' }).click()
  await page.getByText('Trail short-lived started logging').waitFor()
  await page.getByText('Logging', { exact: true }).waitFor()

  await page.getByRole('link', { name: 'Edit Tags' }).click()
  await page.getByRole('button', { name: 'Add new tag' }).click()
  await page.getByRole('combobox', { name: /^Key/ }).fill('stage')
  await page.getByRole('combobox', { name: /^Value/ }).fill('prod')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('cell', { name: 'prod' }).waitFor()

  await page.getByRole('link', { name: 'Edit Management events' }).click()
  await page.getByRole('checkbox', { name: 'Read' }).uncheck()
  await page.getByRole('checkbox', { name: /^Exclude AWS KMS events/ }).check()
  await page.getByRole('button', { name: 'JSON view' }).click()
  const text = page.getByLabel('Event selectors')
  expect(JSON.parse(await text.inputValue())).toEqual([
    {
      Name: 'Management events selector',
      FieldSelectors: [
        { Field: 'eventCategory', Equals: ['Management'] },
        { Field: 'readOnly', Equals: ['false'] },
        { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] },
      ],
    },
  ])
  // The text changes the form too, and says what is wrong with it.
  await text.fill('[{"FieldSelectors":[{"Field":"eventCategory","Equal":["Management"]}]}]')
  await page.getByText('"Equal" is not a member').waitFor()
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('The text in the JSON view cannot be read.').waitFor()
  await text.fill('[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["true"]}]}]')
  await expect.poll(() => page.getByRole('checkbox', { name: 'Write' }).isChecked()).toBe(false)
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Trail short-lived updated').first().waitFor()
  await becomes(page, 'API activity', 'Read')

  // Of many conditions some are shown, and the one that is wrong can be found.
  await page.getByRole('link', { name: 'Edit Data events' }).click()
  await choose(page, /^Resource type/, 'AWS::S3::Object')
  await page.getByRole('button', { name: 'JSON view' }).click()
  const json = page.getByRole('textbox', { name: 'Event selectors', exact: true })
  const [management] = JSON.parse(await json.inputValue()) as object[]
  const names = Array.from({ length: 30 }, (_, i) => (i === 27 ? 'Get*' : `GetThing${i}`))
  const data = (Equals: string[]) => ({
    FieldSelectors: [
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
      { Field: 'eventName', Equals },
    ],
  })
  await json.fill(JSON.stringify([management, data(names)]))
  await page.getByRole('button', { name: 'Remove condition 25 of eventName' }).waitFor()
  expect(await page.getByRole('button', { name: 'Remove condition 26 of eventName' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('The condition with the number 28 has to be corrected.').waitFor()
  await page.getByText('Correct what is marked above.', { exact: true }).waitFor()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: 'Show it' }).click()
  await page.getByText('Wildcards (*) are not supported.').waitFor()
  await page.getByRole('textbox', { name: 'Value 28 of eventName' }).fill('GetOther')
  // What somebody else changed meanwhile is not undone.
  await operation(page, 'PutEventSelectors', { TrailName: 'short-lived', AdvancedEventSelectors: [management, data(['GetObject'])] })
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('What the trail logs changed since this page was opened').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('eventName equals GetObject').waitFor()

  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByText('This cannot be undone').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('Trail short-lived deleted').waitFor()
  await page.getByRole('heading', { name: /^Trails/, level: 1 }).waitFor()
  await expect.poll(() => page.getByRole('link', { name: 'short-lived' }).count()).toBe(0)
})

test('what the server refuses stands at the field that it is about', async () => {
  const page = await it.signIn('/trails/create')
  await (await s3(page)).put('no-policy')
  await page.getByLabel('Trail name').fill('refused')
  await page.getByRole('radio', { name: /^Use existing S3 bucket/ }).check()
  await page.getByRole('button', { name: 'Browse buckets' }).click()
  await page
    .getByRole('row', { name: /no-policy/ })
    .getByRole('radio')
    .check()
  await page.getByRole('button', { name: 'Choose', exact: true }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Create trail' }).click()
  await page.getByText('Incorrect S3 bucket policy is detected for bucket: no-policy').first().waitFor()
  await page.getByText('The trail could not be created.').first().waitFor()
  expect(await page.getByLabel('Trail log bucket name').getAttribute('aria-invalid')).toBe('true')
  // Refused again when the bucket is made already, whose policy is for the first prefix.
  await page.getByRole('radio', { name: /^Create new S3 bucket/ }).check()
  await page.getByLabel('Trail log bucket and folder').fill(`aws-cloudtrail-logs-${account}-corrected`)
  await page.getByLabel(/^Prefix/).fill('first')
  await page.getByRole('checkbox', { name: /^Send events to CloudWatch Logs/ }).check()
  await page.getByLabel('Log group').fill('group')
  await page.getByLabel('IAM role').fill('role')
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Create trail' }).click()
  await page.getByText('-corrected was created, and is used when you try again').first().waitFor()
  expect(await page.getByLabel('Log group').getAttribute('aria-invalid')).toBe('true')
  // Corrected, it goes on.
  await page.getByRole('checkbox', { name: /^Send events to CloudWatch Logs/ }).uncheck()
  await page.getByLabel(/^Prefix/).fill('second')
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Create trail' }).click()
  await page.getByRole('heading', { name: 'refused', level: 1 }).waitFor()
  expect(await pair(page, 'Trail log location').innerText()).toContain('-corrected/second/')

  // A name that is there already is told before anything is made.
  await page.goto('/console/trails/create')
  await page.getByLabel('Trail name').fill('refused')
  await page.getByText('There is a trail refused already. Choose another name.').waitFor()
})

test('a trail whose bucket refuses says so, and is repaired', async () => {
  const page = await it.signIn('/trails/create')
  const bucket = await page.getByLabel('Trail log bucket and folder').inputValue()
  await makeTrail(page, 'refusing')
  await expect.poll(() => pair(page, 'Last log file delivered').innerText()).toMatch(/UTC/)
  await (await s3(page)).deny(bucket)
  // The page asks by itself too, every few seconds.
  const failing = async () => {
    await page.getByRole('button', { name: 'Refresh' }).click()
    return page.getByText('Log files are not delivered to the S3 bucket').isVisible()
  }
  await expect.poll(failing, { interval: 500 }).toBe(true)
  await page.getByText('The bucket policy does not let CloudTrail write').first().waitFor()
  expect(await barriers(page)).toEqual([])

  await page.getByRole('link', { name: 'Edit General details' }).click()
  await page.getByRole('radio', { name: /^Create new S3 bucket/ }).check()
  const other = await page.getByLabel('Trail log bucket and folder').inputValue()
  expect(other).not.toBe(bucket)
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByText('Trail refusing updated').waitFor()
  await page.getByRole('heading', { name: 'refusing', level: 1 }).waitFor()
  await expect.poll(() => pair(page, 'Trail log location').innerText(), { timeout: 20_000 }).toContain(other)
  await expect.poll(failing, { interval: 500 }).toBe(false)
})
