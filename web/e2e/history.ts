import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { logFile, type Record } from './records'
import type { Server } from './server'

// ingest sends records to a server, as a log file.
export async function ingest(server: Server, records: Record[]): Promise<void> {
  const file = join(server.dataDir, '..', `${records[0]!.eventID}.json`)
  writeFileSync(file, logFile(records))
  try {
    await server.cairn(['ingest', '--create-accounts', file])
  } finally {
    rmSync(file)
  }
}

// rows are the links to events of a name in the event history.
export const rows = (page: Page, name: string) => page.getByRole('grid', { name: 'Events' }).getByRole('link', { name, exact: true })

// shows loads the page again until the history shows what was sent.
export async function shows(page: Page, name: string, n = 1): Promise<void> {
  await expect
    .poll(
      async () => {
        await page.getByRole('button', { name: 'Refresh' }).click()
        await page.getByRole('button', { name: 'Refresh', disabled: false }).waitFor()
        return rows(page, name).count()
      },
      { timeout: 20_000 },
    )
    .toBeGreaterThanOrEqual(n)
}
