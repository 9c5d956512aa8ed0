import { describe, expect, it } from 'vitest'
import { activeTab, changeTab, closeTab, isChanged, merged, mostTabs, noTabs, openTab, restored } from './tabs'

const two = openTab(changeTab(noTabs, 'q1', { sql: 'SELECT 1' }))

describe('openTab', () => {
  it('adds an empty tab and shows it', () => {
    expect(two.tabs.map((t) => t.name)).toEqual(['Query 1', 'Query 2'])
    expect(activeTab(two)).toMatchObject({ id: 'q2', sql: '', kept: '' })
  })
  it('uses an empty tab again', () => {
    const opened = openTab(two, { sql: 'SELECT 2' })
    expect(opened.tabs).toHaveLength(2)
    expect(activeTab(opened)).toMatchObject({ name: 'Query 2', sql: 'SELECT 2', kept: 'SELECT 2' })
  })
  it('shows the tab that has it already', () => {
    expect(openTab(two, { sql: 'SELECT 1' })).toMatchObject({ active: 'q1' })
    const saved = openTab(two, { sql: 'SELECT 3', name: 'three', saved: { id: 's', description: '' } })
    const again = openTab({ ...saved, active: 'q1' }, { sql: 'SELECT 4', saved: { id: 's', description: '' } })
    expect(activeTab(again).name).toBe('three')
  })
  it('reads a saved query again, unless it was changed here', () => {
    const saved = (sql: string, version: number) => ({ sql, name: 'three', saved: { id: 's', description: '', version } })
    const open = openTab(two, saved('SELECT 3', 1))
    expect(activeTab(openTab(open, saved('SELECT 4', 2)))).toMatchObject({ sql: 'SELECT 4', kept: 'SELECT 4', saved: { version: 2 } })
    const changed = changeTab(open, open.active, { sql: 'SELECT 5' })
    expect(activeTab(openTab(changed, saved('SELECT 4', 2)))).toMatchObject({ sql: 'SELECT 5', kept: 'SELECT 3', saved: { version: 1 } })
  })
  it('never gives an id twice', () => {
    let all = two
    for (let i = 0; i < 5; i++) all = openTab(closeTab(all, all.active))
    expect(new Set(all.tabs.map((t) => t.id)).size).toBe(all.tabs.length)
  })
  it('is bounded', () => {
    let all = noTabs
    for (let i = 0; i < mostTabs + 5; i++) all = openTab(changeTab(all, all.active, { sql: `SELECT ${i}` }))
    expect(all.tabs).toHaveLength(mostTabs)
  })
})

describe('closeTab', () => {
  it('shows the neighbour', () => {
    const three = openTab(changeTab(two, 'q2', { sql: 'SELECT 2' }))
    expect(closeTab({ ...three, active: 'q2' }, 'q2').active).toBe('q3')
    expect(closeTab(three, 'q3').active).toBe('q2')
    expect(closeTab(three, 'q1').active).toBe('q3')
  })
  it('leaves an empty one', () => {
    const all = closeTab(changeTab(noTabs, 'q1', { sql: 'x' }), 'q1')
    expect(all.tabs).toHaveLength(1)
    expect(activeTab(all).sql).toBe('')
  })
})

describe('isChanged', () => {
  it('asks only for what would be lost', () => {
    const tab = noTabs.tabs[0]!
    expect(isChanged(tab)).toBe(false)
    expect(isChanged({ ...tab, sql: '  \n' })).toBe(false)
    expect(isChanged({ ...tab, sql: 'SELECT 1' })).toBe(true)
    expect(isChanged({ ...tab, sql: 'SELECT 1', kept: 'SELECT 1' })).toBe(false)
  })
})

describe('restored', () => {
  it('takes what was kept', () => {
    expect(restored(JSON.parse(JSON.stringify(two)))).toEqual(two)
  })
  it('survives what is broken', () => {
    for (const bad of [null, 1, 'x', {}, { tabs: 1 }, { tabs: [] }, { tabs: [{ id: 1 }] }, { tabs: [null] }])
      expect(restored(bad)).toEqual(noTabs)
    expect(restored({ tabs: two.tabs, active: 'gone' })).toMatchObject({ active: 'q1', serial: 2 })
  })
})

describe('merged', () => {
  const here = changeTab({ ...two, active: 'q1' }, 'q1', { sql: 'mine' })
  const there = openTab(changeTab(changeTab(two, 'q1', { sql: 'theirs' }), 'q2', { sql: 'second' }))
  it('takes what another window has', () => {
    expect(merged(here, there, false)).toMatchObject({ active: 'q1', serial: there.serial })
    expect(merged(here, there, false).tabs.map((t) => t.sql)).toEqual(['theirs', 'second', ''])
  })
  it('keeps what was just written here', () => {
    expect(merged(here, there, true).tabs[0]!.sql).toBe('mine')
    expect(merged(here, closeTab(there, 'q1'), true).tabs.map((t) => t.sql)).toEqual(['second', '', 'mine'])
  })
  it('shows another tab when its own was closed', () => {
    const closed = closeTab(there, 'q1')
    expect(merged(here, closed, false).active).toBe(closed.active)
  })
})
