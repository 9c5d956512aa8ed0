import { describe, expect, it } from 'vitest'
import { formatSql } from './format'

const a = '0e5d0ab6-097e-49d8-99ef-0123456789ab'

describe('formatSql', () => {
  it('lays out, and leaves ids, strings and comments', () => {
    const sql = formatSql(`select eventName, count(*) from ${a} where x = '${a}' -- why\n group by 1`)
    expect(sql).toContain(`FROM\n  ${a}`)
    expect(sql).toContain(`'${a}' -- why`)
    expect(sql).toContain('eventName')
    expect(formatSql(sql)).toBe(sql)
  })
  it('takes what CloudTrail Lake takes', () => {
    expect(formatSql('SELECT 1 FROM $EDS_ID')).toContain('$EDS_ID')
    expect(formatSql("SELECT any_match(a, rt -> element_at(rt.tags, 'x') = 'y') FROM $EDS_ID")).toContain('rt -> element_at')
  })
  it('says when it cannot', () => {
    expect(() => formatSql("SELECT 'open FROM")).toThrow()
  })
})
