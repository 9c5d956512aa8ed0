import { describe, expect, it } from 'vitest'
import { offersAt, type Known } from './complete'
import { fieldsAt, fieldsOf, shortType, speltName } from './schema'

const identity =
  'row(type varchar, arn varchar, sessioncontext row(attributes row(creationdate timestamp(3), mfaauthenticated varchar), sourceidentity varchar))'
const known: Known = {
  keywords: ['select', 'from'],
  functions: [
    { name: 'substr', kind: 'scalar', signatures: ['substr(varchar, bigint) -> varchar', 'substr(varchar, bigint, bigint) -> varchar'] },
    { name: 'now', kind: 'scalar', signatures: ['now() -> timestamp(3) with time zone'] },
  ],
  columns: [
    { name: 'useridentity', type: identity },
    { name: 'eventname', type: 'varchar' },
    { name: 'requestparameters', type: 'map(varchar, varchar)' },
  ],
  stores: [{ id: '11111111-1111-4111-8111-111111111111', name: 'audit' }],
}
const labels = (text: string, asked = false) => offersAt(text, known, asked)?.offers.map((o) => o.label)

describe('fieldsOf', () => {
  it('reads nested rows', () => {
    expect(fieldsOf(identity).map((f) => f.name)).toEqual(['type', 'arn', 'sessioncontext'])
    expect(fieldsAt(known.columns, ['userIdentity', 'sessionContext', 'attributes'])).toEqual([
      { name: 'creationdate', type: 'timestamp(3)' },
      { name: 'mfaauthenticated', type: 'varchar' },
    ])
    expect(fieldsAt(known.columns, ['eventName', 'x'])).toEqual([])
    expect(fieldsOf('row("a b" map(varchar, varchar), c decimal(10, 2))').map((f) => f.type)).toEqual([
      'map(varchar, varchar)',
      'decimal(10, 2)',
    ])
    expect(fieldsOf('varchar')).toEqual([])
  })
  it('shortens and spells', () => {
    expect(shortType(identity)).toBe('row')
    expect(shortType('map(varchar, varchar)')).toBe('map')
    expect(shortType('decimal(10,2)')).toBe('decimal(10,2)')
    expect(speltName('useridentity')).toBe('userIdentity')
    expect(speltName('somethingelse')).toBe('somethingelse')
  })
})

describe('offersAt', () => {
  it('offers columns, functions and keywords for a word', () => {
    expect(labels('SELECT ev')).toEqual(expect.arrayContaining(['eventName', 'substr', 'SELECT', 'audit']))
    expect(offersAt('SELECT ev', known, false)!.from).toBe(7)
  })
  it('offers fields of rows to any depth, also behind an alias', () => {
    expect(labels('SELECT userIdentity.')).toEqual(['type', 'arn', 'sessionContext'])
    expect(labels('SELECT e.useridentity.sessioncontext.attributes.mfa')).toEqual(['creationDate', 'mfaAuthenticated'])
    expect(labels('SELECT e.')).toEqual(['userIdentity', 'eventName', 'requestParameters'])
    expect(offersAt('SELECT userIdentity.ar', known, false)!.from).toBe(20)
  })
  it('offers values of maps', () => {
    const offer = offersAt('SELECT req', known, false)!.offers.find((o) => o.kind === 'snippet')
    expect(offer?.snippet).toBe("element_at(requestParameters, '${key}')")
  })
  it('offers only stores behind FROM, by name, and inserts the id', () => {
    const offers = offersAt('SELECT * FROM ', known, false)!.offers
    expect(offers).toHaveLength(1)
    expect(offers[0]).toMatchObject({ label: 'audit', insert: known.stores[0]!.id })
    expect(labels('SELECT * FROM -- which?\n au')).toEqual(['audit'])
  })
  it('has the signatures of functions', () => {
    const offer = (name: string) => offersAt('SELECT s', known, false)!.offers.find((o) => o.label === name)
    expect(offer('substr')).toMatchObject({ detail: '(varchar, bigint) -> varchar', snippet: 'substr(${})' })
    expect(offer('now')).toMatchObject({ snippet: 'now()' })
  })
  it('is silent in strings, comments and numbers, and when nothing was begun', () => {
    for (const text of ["SELECT 'ev", 'SELECT "ev', 'SELECT 1 -- ev', 'SELECT /* ev', 'SELECT ', "WHERE a = 'it''s ev"])
      expect(labels(text)).toBeUndefined()
    expect(labels('SELECT 12')).toBeUndefined()
    expect(labels("SELECT 'a' ", true)).toContain('eventName')
    expect(labels("SELECT '' ev")).toContain('eventName')
  })
})
