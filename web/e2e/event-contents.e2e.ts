import { expect, test } from 'vitest'
import type { LookupAttribute } from '~/api/operations.gen'
import { statementFor } from '~/pages/events/sql'
import { useConsole } from './harness'
import { ingest, rows, shows } from './history'
import { record } from './records'

const it = useConsole()

test('the query behind a view finds in a store what the view shows', async () => {
  const page = await it.signIn('/events')
  const { csrf } = (await (await page.request.get('/console/api/session')).json()) as { csrf: string }
  const call = async <T>(operation: string, data: object): Promise<T> => {
    const headers = { 'X-Cairn-Csrf': csrf, Origin: it.server.url }
    const answer = await page.request.post(`/console/api/cloudtrail/${operation}?region=us-east-1`, { headers, data })
    expect(answer.status(), `${operation}: ${await answer.text()}`).toBe(200)
    return (await answer.json()) as T
  }
  const { EventDataStoreArn: store } = await call<{ EventDataStoreArn: string }>('CreateEventDataStore', {
    Name: 'behind',
    TerminationProtectionEnabled: false,
  })
  const query = async (sql: string): Promise<string[]> => {
    const { QueryId: id } = await call<{ QueryId: string }>('StartQuery', { QueryStatement: sql })
    let ids: string[] = []
    await expect
      .poll(
        async () => {
          const results = await call<{ QueryStatus: string; ErrorMessage?: string; QueryResultRows?: { eventid?: string }[][] }>(
            'GetQueryResults',
            { QueryId: id },
          )
          ids = (results.QueryResultRows ?? []).flatMap((row) => row.flatMap((cell) => cell.eventid ?? []))
          return results.ErrorMessage ?? results.QueryStatus
        },
        { timeout: 30_000 },
      )
      .toBe('FINISHED')
    return ids.sort()
  }
  const root = record('RootCall', 25, {
    userIdentity: { type: 'Root', principalId: '111122223333', accountId: '111122223333' },
    readOnly: true,
  })
  const role = record('RoleCall', 20, {
    userIdentity: { type: 'AssumedRole', principalId: "AROA:o'neill", accountId: '111122223333', accessKeyId: 'ASIABEHINDVIEW' },
    resources: [{ type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::behind' }],
    requestParameters: { bucketName: "it's" },
  })
  const user = record('UserCall', 15, { eventSource: 'sts.amazonaws.com', responseElements: { roleName: 'behind-role' } })
  await ingest(it.server, [root, role, user])

  const ids = [root, role, user].map((r) => r.eventID)
  const view = (attributes: [LookupAttribute['AttributeKey'], string][]) =>
    attributes.map(([AttributeKey, AttributeValue]) => ({ AttributeKey, AttributeValue }))
  const start = Math.floor(Date.parse(String(root.eventTime)) / 1000)
  const end = Math.floor(Date.parse(String(user.eventTime)) / 1000)
  const statement = (attributes: LookupAttribute[]) =>
    statementFor({ region: 'us-east-1', attributes, bounds: { start, end } }, store.slice(store.lastIndexOf('/') + 1))
  // Queries see events a moment later than the history.
  await expect.poll(() => query(statement([])), { timeout: 30_000 }).toEqual(expect.arrayContaining(ids))

  const cases: [LookupAttribute['AttributeKey'], string][][] = [
    [['EventName', 'RoleCall']],
    [['EventId', user.eventID]],
    [['EventSource', 'sts.amazonaws.com']],
    [['ReadOnly', 'true']],
    [['ReadOnly', 'false']],
    [['Username', 'root']],
    [['Username', "o'neill"]],
    [['Username', 'carol']],
    [['AccessKeyId', 'ASIABEHINDVIEW']],
    [['ResourceType', 'AWS::S3::Bucket']],
    [['ResourceName', 'arn:aws:s3:::behind']],
    [['ResourceName', "it's"]],
    [['ResourceName', 'behind-role']],
    [['EventName', "no'such"]],
    [
      ['Username', 'carol'],
      ['ReadOnly', 'false'],
      ['EventSource', 'sts.amazonaws.com'],
      ['ResourceName', 'behind-role'],
    ],
  ]
  for (const attributes of cases) {
    const { Events: events } = await call<{ Events: { EventId: string }[] }>('LookupEvents', {
      LookupAttributes: view(attributes),
      StartTime: start,
      EndTime: end,
    })
    const of = (list: string[]) => list.filter((id) => ids.includes(id))
    const shown = of(events.map((e) => e.EventId).sort())
    expect(shown.length, JSON.stringify(attributes)).toBe(attributes[0]![1] === "no'such" ? 0 : attributes[0]![1] === 'false' ? 2 : 1)
    expect(of(await query(statement(view(attributes)))), JSON.stringify(attributes)).toEqual(shown)
  }

  await page.goto('/console/events?EventName=RoleCall')
  await page.getByRole('button', { name: 'Query this view' }).click()
  await page
    .getByRole('dialog')
    .getByText(`FROM ${store.slice(store.lastIndexOf('/') + 1)}`)
    .waitFor()
  await page.getByRole('dialog').getByRole('link', { name: 'Open in editor' }).click()
  await expect.poll(() => new URL(page.url()).pathname).toBe('/console/query')
})

test('nothing that is in an event does anything', async () => {
  const bomb = '<img src=x onerror=alert(1)><script>alert(2)</script>'
  const evil = record(bomb, 50, {
    userIdentity: {
      type: 'IAMUser',
      userName: 'a\u202Egnp.exe\u2066\u200b',
      arn: bomb,
      accountId: '111122223333',
      accessKeyId: '"><svg onload=alert(3)>',
    },
    eventSource: 'javascript:alert(4)',
    userAgent: '\u001b[31mred\u001b[0m\u0007',
    errorCode: bomb,
    errorMessage: 'x'.repeat(5000),
    requestParameters: { bucketName: bomb, [bomb]: bomb, '=cmd()': '=1+1' },
    resources: [{ type: bomb, ARN: 'javascript:alert(5)' }],
  })
  const huge = record('HugeEvent', 40, {
    requestParameters: { text: 'y'.repeat(900_000), list: Array.from({ length: 500 }, (_, n) => ({ n })) },
  })
  const bare = record('BareEvent', 30, {
    userIdentity: null,
    sourceIPAddress: null,
    userAgent: null,
    requestID: undefined,
    readOnly: undefined,
  })
  await ingest(it.server, [evil, huge, bare])

  const page = await it.signIn('/events')
  const dialogs: string[] = []
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message())
    void dialog.dismiss()
  })
  await shows(page, bomb)
  await rows(page, bomb).click()
  await page.getByRole('heading', { name: bomb, level: 1 }).waitFor()
  await page.getByText('a\\u202egnp.exe\\u2066\\u200b', { exact: true }).first().waitFor()
  await page.getByText('\\u001b[31mred\\u001b[0m\\u0007').first().waitFor()
  await page.getByRole('button', { name: /^Similar events/ }).click()
  await page.getByRole('menuitem', { name: /Same access key/ }).click()
  await expect.poll(() => rows(page, bomb).count()).toBe(1)
  const address = page.url()

  for (const id of [huge.eventID, bare.eventID]) {
    await page.goto(`/console/events/${id}`)
    await page.getByRole('region', { name: 'Event record' }).waitFor()
    expect(await page.getByRole('region', { name: 'Event record' }).textContent()).toContain(id)
  }
  await page.goto(`/console/events/compare?ids=${evil.eventID},${huge.eventID},${bare.eventID}`)
  await page.getByLabel('Find fields and values').fill('eventID')
  await page.getByRole('rowheader', { name: 'eventID (differs)' }).waitFor()

  // Suggestions and tokens are made of the same texts.
  await page.goto(address)
  const filter = page.getByRole('combobox', { name: 'Filter events by lookup attributes' })
  await filter.click()
  await page.getByRole('option', { name: 'User name' }).click()
  await page.getByRole('option', { name: /gnp\.exe/ }).click()
  await expect.poll(() => rows(page, bomb).count()).toBe(1)
  expect(new URL(page.url()).searchParams.get('Username')).toBe('a\u202Egnp.exe\u2066\u200b')

  expect(dialogs).toEqual([])
  expect(
    await page.evaluate(() => document.querySelectorAll('img[src="x"], svg[onload], script:not([src]), a[href^="javascript:"]').length),
  ).toBe(0)
})
