import { beforeAll, expect, test } from 'vitest'
import { barriers, useConsole } from './harness'
import { ingest, rows, shows } from './history'
import { record } from './records'

const it = useConsole()

// Sixty instances, and one bucket that somebody else made.
const runs = Array.from({ length: 60 }, (_, n) =>
  record('RunInstances', 600 + n, { requestParameters: { instanceType: 't3.micro', number: n, vpcId: n % 2 ? 'vpc-odd' : 'vpc-even' } }),
)
const bucket = record('CreateBucket', 300, {
  eventSource: 's3.amazonaws.com',
  userIdentity: { type: 'AssumedRole', principalId: 'AROA:night-shift', accountId: '111122223333', accessKeyId: 'ASIAIOSFODNN7EXAMPLE' },
  requestParameters: { bucketName: 'evidence' },
  resources: [{ type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::evidence', accountId: '111122223333' }],
})
const denied = record('DeleteTrail', 200, {
  eventSource: 'cloudtrail.amazonaws.com',
  errorCode: 'AccessDenied',
  errorMessage: 'No, said the policy.',
  requestParameters: { name: 'evidence' },
})

beforeAll(() => ingest(it.server, [...runs, bucket, denied]))

test('an event is found by filters with suggestions, and its page tells all', async () => {
  const page = await it.signIn('/events')
  await shows(page, 'DeleteTrail')
  await page.getByRole('button', { name: 'Read-only = false', exact: true }).waitFor()
  expect(await barriers(page)).toEqual([])

  const filter = page.getByRole('combobox', { name: 'Filter events by lookup attributes' })
  await filter.click()
  await page.getByRole('option', { name: 'Event name' }).click()
  await filter.pressSequentially('bucket')
  await page.getByRole('option', { name: /CreateBucket/ }).click()
  await expect.poll(() => new URL(page.url()).search).toBe('?ReadOnly=false&EventName=CreateBucket')
  await filter.click()
  await page.getByRole('option', { name: 'User name' }).click()
  await page.getByRole('option', { name: /night-shift/ }).click()
  await expect.poll(() => rows(page, 'CreateBucket').count()).toBe(1)
  expect(await rows(page, 'RunInstances').count()).toBe(0)

  // What is not there is said, and leads out.
  await filter.fill('Event name = NoSuchEvent')
  await page.keyboard.press('Enter')
  await page.getByText('No events match').waitFor()
  await page.goBack()
  await rows(page, 'CreateBucket').click()

  await page.getByRole('heading', { name: 'CreateBucket', level: 1 }).waitFor()
  // The keyboard goes on in the page, and who does not see it hears which one it is.
  await page.getByRole('status').getByText('CreateBucket', { exact: true }).waitFor({ state: 'attached' })
  await page.keyboard.press('Tab')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Similar events')
  expect(new URL(page.url()).pathname).toBe(`/console/events/${bucket.eventID}`)
  for (const text of ['night-shift', 'ASIAIOSFODNN7EXAMPLE', '192.0.2.7', String(bucket.requestID), 'AssumedRole']) {
    await page.getByText(text, { exact: true }).first().waitFor()
  }
  const resources = page.getByRole('table', { name: 'Resources referenced' })
  await resources.getByText('AWS::S3::Bucket').waitFor()
  await page.getByRole('region', { name: 'Event record' }).getByText('"bucketName"').waitFor()
  expect(await barriers(page)).toEqual([])

  await resources
    .getByRole('row', { name: /arn:aws:s3:::evidence/ })
    .getByRole('link')
    .click()
  await expect.poll(() => new URL(page.url()).searchParams.get('ResourceName')).toBe('arn:aws:s3:::evidence')
  await expect.poll(() => rows(page, 'CreateBucket').count()).toBe(1)
})

test('pages follow each other, and coming back leads to the same', async () => {
  const page = await it.signIn('/events?EventName=RunInstances')
  await shows(page, 'RunInstances', 50)
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(10)
  expect(new URL(page.url()).searchParams.get('page')).toBe('2')
  expect(await page.getByRole('button', { name: 'Next page' }).isDisabled()).toBe(true)
  await page.getByRole('heading', { level: 1, name: 'Event history (60)' }).waitFor()
  await rows(page, 'RunInstances').last().click()
  await page.getByRole('heading', { name: 'RunInstances', level: 1 }).waitFor()
  await page.goBack()
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(10)
  await page.reload()
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(10)
  await page.getByRole('button', { name: 'Previous page' }).click()
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(50)

  await page.getByRole('button', { name: 'Preferences' }).click()
  const dialog = page.getByRole('dialog', { name: 'Preferences' })
  await dialog.getByRole('radio', { name: '10 events' }).check()
  await dialog
    .getByRole('switch', { name: 'Source IP address' })
    .or(dialog.getByRole('checkbox', { name: 'Source IP address' }))
    .first()
    .click()
  await dialog.getByRole('button', { name: 'Confirm' }).click()
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(10)
  await page.reload()
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(10)
  await page.getByRole('grid', { name: 'Events' }).getByRole('columnheader', { name: 'Source IP address' }).waitFor()
})

test('another Region begins at its first page, and the way back leads to the same', async () => {
  const page = await it.signIn('/events?EventName=RunInstances&region=us-east-1')
  await shows(page, 'RunInstances', 50)
  await page.getByRole('grid', { name: 'Events' }).getByRole('row').nth(1).getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(10)
  await page.getByRole('button', { name: /^Region/ }).click()
  await page.getByRole('menuitem', { name: /Ohio/ }).click()
  await page.getByText('No events match').waitFor()
  await expect.poll(() => new URL(page.url()).search).toBe('?EventName=RunInstances&region=us-east-2')
  await page.goBack()
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(50)
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Event history (50+)')

  await rows(page, 'RunInstances').first().click()
  await page.getByRole('heading', { name: 'RunInstances', level: 1 }).waitFor()
  await page.getByRole('navigation', { name: 'Breadcrumbs' }).getByRole('link', { name: 'Event history' }).first().click()
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(50)
})

test('what did not come while the server was away comes later', async () => {
  const page = await it.signIn('/events')
  await shows(page, 'DeleteTrail')
  await page.route('**/*', (route) => route.abort())
  await page.getByRole('link', { name: 'Trails', exact: true }).click()
  await page.getByText('This page could not be loaded').waitFor()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('The server does not answer.').waitFor()
  await page.unroute('**/*')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('heading', { name: /Trails/, level: 1 }).waitFor()
})

test('a time range is chosen, checked, and kept in the address', async () => {
  const page = await it.signIn('/events?EventName=RunInstances')
  await shows(page, 'RunInstances')
  const range = page.getByRole('button', { name: /Time range/ })
  await range.click()
  await page.getByRole('radio', { name: 'Custom' }).check()
  await page.getByLabel('Duration').fill('')
  await page
    .getByRole('combobox', { name: 'Unit of time' })
    .or(page.getByRole('button', { name: /Unit of time/ }))
    .first()
    .click()
  await page.getByRole('option', { name: 'days' }).click()
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByText('Enter a whole number of 1 or more.').first().waitFor()
  await page.getByLabel('Duration').fill('400')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('range')).toBe('400d')
  await range.click()
  await page.getByRole('radio', { name: 'Last 30 minutes' }).check()
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect.poll(() => new URL(page.url()).searchParams.get('range')).toBe('30m')
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(50)

  // Ten of them are in these ten seconds, ends included.
  const at = (n: number) => String(runs[n]!.eventTime)
  await page.goto(`/console/events?EventName=RunInstances&start=${at(19)}&end=${at(10)}`)
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(10)
  expect(
    await page
      .getByRole('checkbox', { name: 'Live' })
      .or(page.getByRole('switch', { name: 'Live' }))
      .first()
      .isDisabled(),
  ).toBe(true)
  await range.click()
  await page.getByRole('button', { name: 'Clear and dismiss' }).click()
  await expect.poll(() => new URL(page.url()).searchParams.has('start')).toBe(false)
})

test('a time range is entered in the zone of the reader', async () => {
  const page = await it.signIn('/events?EventName=RunInstances', { timezoneId: 'Asia/Kolkata' })
  await shows(page, 'RunInstances')
  await page.getByRole('button', { name: /Time range/ }).click()
  await page
    .getByRole('button', { name: 'Absolute range' })
    .or(page.getByRole('radio', { name: 'Absolute range' }))
    .first()
    .click()
  await page
    .getByRole('button', { name: 'Local time zone' })
    .or(page.getByRole('radio', { name: 'Local time zone' }))
    .first()
    .click()
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  await page.getByLabel('Start date').fill(day)
  await page.getByLabel('Start time').fill('12:00:00')
  await page.getByLabel('End date').fill(day)
  await page.getByLabel('End time').fill('11:59:59')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByText('The start must be before the end.').first().waitFor()
  await page.getByLabel('End time').fill('18:30:15')
  await page.getByRole('button', { name: 'Apply' }).click()
  const value = (name: string) => new URL(page.url()).searchParams.get(name)
  await expect.poll(() => [value('start'), value('end')]).toEqual([`${day}T06:30:00Z`, `${day}T13:00:15Z`])
  await page
    .getByRole('button', { name: /Time range/ })
    .getByText(/T12:00:00\+05:30/)
    .waitFor()
})

test('up to five events stand side by side', async () => {
  const page = await it.signIn('/events?EventName=RunInstances')
  await shows(page, 'RunInstances', 50)
  const box = (n: number) => page.getByRole('grid', { name: 'Events' }).getByRole('row').nth(n).getByRole('checkbox')
  for (let n = 1; n <= 5; n++) await box(n).check()
  await page
    .getByText(/no more can be compared/)
    .first()
    .waitFor()
  expect(await box(6).isDisabled()).toBe(true)
  for (let n = 3; n <= 5; n++) await box(n).uncheck()
  await page.getByRole('button', { name: 'Compare event details' }).click()
  const table = page.getByRole('grid', { name: 'Events side by side' })
  await table.getByRole('rowheader', { name: 'requestParameters.number (differs)' }).waitFor()
  await table.getByRole('rowheader', { name: 'eventName', exact: true }).waitFor()
  expect(await barriers(page)).toEqual([])
  await page.getByText('Show only differences').click()
  await expect.poll(() => table.getByRole('rowheader', { name: 'eventName', exact: true }).count()).toBe(0)
  await table.getByRole('rowheader', { name: 'requestParameters.number (differs)' }).waitFor()

  // Another person opens the address.
  const other = await it.signIn(new URL(page.url()).pathname.replace('/console', '') + new URL(page.url()).search)
  await other.getByRole('rowheader', { name: 'requestParameters.number (differs)' }).waitFor()
})

test('a new event comes in while somebody watches', async () => {
  const page = await it.signIn('/events?EventName=StopLogging')
  await page.getByText('No events match').waitFor()
  await page.getByText('Live', { exact: true }).click()
  await page.getByText('Waiting for events').waitFor()
  const came = record('StopLogging', 1)
  await ingest(it.server, [came, record('StartLogging', 1)])
  await rows(page, 'StopLogging').waitFor()
  expect(await rows(page, 'StartLogging').count()).toBe(0)
  await rows(page, 'StopLogging').click()
  await page.getByText(came.eventID, { exact: true }).first().waitFor()

  // What happens now is in no range that is over.
  const [start, end] = [String(runs[59]!.eventTime), String(runs[0]!.eventTime)]
  await page.goto(`/console/events?EventName=RunInstances&live=true&start=${start}&end=${end}`)
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(50)
  const live = page.getByRole('checkbox', { name: 'Live' }).or(page.getByRole('switch', { name: 'Live' })).first()
  expect([await live.isDisabled(), await live.isChecked()]).toEqual([true, false])

  // On a later page the table stands still, and says that there is more.
  await page.goto('/console/events?EventName=RunInstances&live=true')
  await page.getByText('Waiting for events').waitFor()
  await page.getByRole('button', { name: 'Next page' }).click()
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(10)
  await ingest(it.server, [record('RunInstances', 1)])
  await page.getByText('1 new event', { exact: true }).waitFor()
  expect(await rows(page, 'RunInstances').count()).toBe(10)
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await expect.poll(() => rows(page, 'RunInstances').count()).toBe(50)
})

test('a live view that is refused says why', async () => {
  const page = await it.signIn('/events')
  await shows(page, 'DeleteTrail')
  await page.route('**/events/live*', (route) =>
    route.fulfill({ status: 429, json: { code: 'TooManyStreams', message: 'This session has too many live views.' } }),
  )
  await page.getByText('Live', { exact: true }).click()
  await page.getByText('This session has too many live views.').waitFor()
  await page.unroute('**/events/live*')
  await page.getByText('Live', { exact: true }).click()
  await page.getByText('New events cannot be followed').waitFor({ state: 'detached' })
  await page.getByText('Live', { exact: true }).click()
  await page.getByText('Waiting for events').waitFor()
})

test('the query behind a view', async () => {
  const page = await it.signIn('/events?EventName=RunInstances&Username=carol')
  await page.getByRole('button', { name: 'Query this view' }).click()
  const sql = page.getByRole('dialog').getByRole('region', { name: 'SQL' })
  await sql.getByText(/eventname = 'RunInstances'/).waitFor()
  await page.getByRole('dialog').getByText('There is no event data store in this Region.').waitFor()
  expect(await barriers(page)).toEqual([])
})
