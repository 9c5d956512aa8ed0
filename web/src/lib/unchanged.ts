// unchanged asks whether a setting still is what a page was opened with, before the
// page replaces all of it: what somebody else set meanwhile would be lost.
export async function unchanged(what: string, before: unknown, ask: () => Promise<unknown>): Promise<void> {
  if (JSON.stringify((await ask()) ?? null) === JSON.stringify(before ?? null)) return
  throw new Error(
    `${what} changed since this page was opened, by somebody else or in another tab. Reload the page to see what is there now, and make your changes again.`,
  )
}
