import { describe, expect, it } from 'vitest'
import { quote, statementFor, type View } from './sql'

const where = (attributes: [string, string][], bounds: View['bounds'] = {}) =>
  statementFor(
    { region: 'us-east-1', bounds, attributes: attributes.map(([k, v]) => ({ AttributeKey: k as 'EventName', AttributeValue: v })) },
    '0e5d0ab6-097e-49d8-99ef-0123456789ab',
  )

describe('the statement behind a view', () => {
  it('is the whole of it', () => {
    expect(where([['EventName', 'RunInstances'], ['ReadOnly', 'false']], { start: 1795780800, end: 1795867199 })).toBe(
      `SELECT eventname, eventtime, useridentity.username AS username, eventsource,
  sourceipaddress, errorcode, resources, readonly, eventid
FROM 0e5d0ab6-097e-49d8-99ef-0123456789ab
WHERE eventcategory = 'Management'
  AND awsregion = 'us-east-1'
  AND eventtime >= timestamp '2026-11-27 12:00:00'
  AND eventtime < timestamp '2026-11-28 12:00:00'
  AND eventname = 'RunInstances'
  AND readonly = false
ORDER BY eventtime DESC
LIMIT 1000`,
    )
  })
  it('has a condition for each attribute', () => {
    const has = (key: string, value: string) => expect(where([[key, value]]))
    has('AccessKeyId', 'AKIA').toContain(`useridentity.accesskeyid = 'AKIA'`)
    has('EventId', 'x-1').toContain(`eventid = 'x-1'`)
    has('EventSource', 'iam.amazonaws.com').toContain(`eventsource = 'iam.amazonaws.com'`)
    has('ReadOnly', 'true').toContain('readonly = true')
    has('ReadOnly', "x' OR true").not.toContain(' OR ')
    has('ResourceType', 'AWS::S3::Bucket').toContain(`any_match(resources, r -> r.type = 'AWS::S3::Bucket')`)
    has('ResourceName', 'b').toContain(`(any_match(resources, r -> r.arn = 'b')\n    OR contains(map_values(requestparameters), 'b')`)
    has('Username', 'ann').toContain(`(useridentity.username = 'ann'`)
    has('Username', 'ann').not.toContain('Root')
    has('Username', 'root').toContain(`(useridentity.username IS NULL AND useridentity.type = 'Root')`)
  })
  it('keeps every value inside its quotes', () => {
    const evil = `'; DROP TABLE x; -- \\' "`
    expect(quote(evil)).toBe(`'''; DROP TABLE x; -- \\'' "'`)
    for (const key of ['AccessKeyId', 'EventId', 'EventName', 'EventSource', 'ResourceName', 'ResourceType', 'Username']) {
      // Without its strings, the statement has nothing of the value.
      expect(where([[key, evil]]).replaceAll(/'(?:[^']|'')*'/g, '?')).not.toMatch(/DROP|--|"|;/)
    }
  })
})
