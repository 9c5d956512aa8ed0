import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { useConsole } from './harness'
import { ingest, shows } from './history'
import { record, type Record } from './records'

const it = useConsole()

const runs = Array.from({ length: 60 }, (_, n) => record('RunInstances', 600 + n, { requestParameters: { number: n } }))
// Nothing that gzip makes smaller, so that a slow connection takes long for it.
const large = Array.from({ length: 36 }, (_, n) =>
  record('PutLargeThing', 900 + n, { requestParameters: { text: randomBytes(100_000).toString('base64') } }),
)

beforeAll(() => ingest(it.server, [...runs, ...large]))

test('what the filter finds is downloaded, all of it', async () => {
  const page = await it.signIn('/events?EventName=RunInstances')
  await shows(page, 'RunInstances', 50)
  const get = async (format: string) => {
    const coming = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download events' }).click()
    await page.getByRole('menuitem', { name: `Download as ${format}` }).click()
    const file = await coming
    expect(file.suggestedFilename()).toMatch(new RegExp(`^event_history_us-east-1_.*\\.${format.toLowerCase()}$`))
    await page.getByText(`${format} downloaded: 60 events`).first().waitFor()
    return readFileSync(await file.path(), 'utf8')
  }
  const lines = (await get('CSV')).trimEnd().split('\r\n')
  expect(lines[0]).toMatch(/^Event name,Event time,User name/)
  expect(lines.filter((line) => line.startsWith('RunInstances,'))).toHaveLength(60)
  const { Records: records } = JSON.parse(await get('JSON')) as { Records: Record[] }
  expect(new Set(records.map((r) => r.eventID))).toEqual(new Set(runs.map((r) => r.eventID)))
})

test('a download goes on when another page is opened, and is cancelled there', async () => {
  const page = await it.signIn('/events?EventName=PutLargeThing')
  await shows(page, 'PutLargeThing', 36)
  const network = await page.context().newCDPSession(page)
  const speed = (bytesPerSecond: number) =>
    network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: bytesPerSecond, uploadThroughput: -1 })
  const begin = async () => {
    await page.getByRole('button', { name: 'Download events' }).click()
    await page.getByRole('menuitem', { name: 'Download as CSV' }).click()
  }
  await speed(150_000)
  await begin()
  await page.getByText(/Downloading CSV: [1-9]\d* of 36 events/).first().waitFor()
  await page.getByRole('link', { name: /^PutLargeThing/ }).first().click()
  await page.getByRole('heading', { name: 'PutLargeThing', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Cancel download' }).click()
  await page.getByText(/Download of CSV cancelled after \d+ events?,/).first().waitFor()
  await speed(-1)

  const coming = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save what has come' }).click()
  const part = readFileSync(await (await coming).path(), 'utf8')
  expect(part).toMatch(/^Event name,Event time,User name/)
  expect(part.split('\nPutLargeThing,').length - 1).toBeLessThan(36)

  await page.goBack()
  const again = page.waitForEvent('download')
  await begin()
  const whole = readFileSync(await (await again).path(), 'utf8')
  expect(whole.split('\nPutLargeThing,').length - 1).toBe(36)
  expect(whole.startsWith(part)).toBe(true)
  await page.getByText(/CSV downloaded: 36 events/).first().waitFor()
})
