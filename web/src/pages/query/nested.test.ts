import { describe, expect, it } from 'vitest'
import { layOut } from './nested'

const identity =
  'row(type varchar, arn varchar, sessioncontext row(issuer row(type varchar, arn varchar), sourceidentity varchar), invokedby varchar)'

describe('layOut', () => {
  it('reads rows in rows', () => {
    expect(
      layOut(
        '{type=AssumedRole, arn=arn:aws:x, sessioncontext={issuer={type=Role, arn=arn:aws:y}, sourceidentity=null}, invokedby=null}',
        identity,
      ),
    ).toEqual({
      type: 'AssumedRole',
      arn: 'arn:aws:x',
      sessioncontext: { issuer: { type: 'Role', arn: 'arn:aws:y' }, sourceidentity: null },
      invokedby: null,
    })
    expect(layOut('{type=IAMUser, arn=a, sessioncontext=null, invokedby=x, y={z}}', identity)).toMatchObject({
      sessioncontext: null,
      invokedby: 'x, y={z}',
    })
  })
  it('reads maps with JSON inside', () => {
    const text = '{bucketName=b, filter={"a":"x, y=}","n":[1,2]}, note=one, two, Host=h}'
    expect(layOut(text, 'map(varchar, varchar)')).toEqual({
      bucketName: 'b',
      filter: { a: 'x, y=}', n: [1, 2] },
      note: 'one, two',
      Host: 'h',
    })
    expect(layOut('{}', 'map(varchar, varchar)')).toEqual({})
  })
  it('reads arrays', () => {
    expect(layOut('[a, b, null]', 'array(varchar)')).toEqual(['a', 'b', null])
    expect(layOut('[]', 'array(varchar)')).toEqual([])
    expect(layOut('[{accountid=1, type=t}, {accountid=2, type=null}]', 'array(row(accountid varchar, type varchar))')).toEqual([
      { accountid: '1', type: 't' },
      { accountid: '2', type: null },
    ])
  })
  it('gives up on what is not as its type says', () => {
    expect(layOut('{arn=a}', identity)).toBeUndefined()
    expect(layOut('x', 'array(varchar)')).toBeUndefined()
    expect(layOut('{a=b}', 'varchar')).toBeUndefined()
  })
  it('does not take long over hostile texts', () => {
    const text = `{type=${', arn='.repeat(5000)}}`
    const began = performance.now()
    layOut(text, identity)
    expect(performance.now() - began).toBeLessThan(2000)
  })
})
