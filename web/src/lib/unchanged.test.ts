import { expect, it } from 'vitest'
import { unchanged } from './unchanged'

it('lets a change of what is as it was pass', async () => {
  await unchanged('It', { a: [1] }, async () => ({ a: [1] }))
  await unchanged('It', null, async () => undefined)
})

it('refuses one of what somebody else changed', async () => {
  await expect(unchanged('What it logs', { a: [1] }, async () => ({ a: [1, 2] }))).rejects.toThrow(/^What it logs changed since this page was opened.*Reload/)
})
