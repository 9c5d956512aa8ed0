import type { LookupAttribute } from '~/api/operations.gen'
import type { Bounds } from './range'

// quote writes a text as a string of SQL.
export const quote = (text: string) => `'${text.replaceAll("'", "''")}'`

// What LookupEvents calls the user name: roles' sessions have none, but the name of
// the session behind the colon of the principal's id.
function user(value: string): string {
  const named = `useridentity.username = ${quote(value)}`
  const session = `useridentity.type IN ('AssumedRole', 'FederatedUser') AND split_part(useridentity.principalid, ':', 2) = ${quote(value)}`
  const others = value === 'root' ? [`useridentity.type = 'Root'`, session] : [session]
  return `(${[named, ...others.map((o) => `(useridentity.username IS NULL AND ${o})`)].join('\n    OR ')})`
}

// Resources are in the record's list, or only named by a parameter or an answer.
function resource(value: string): string {
  const text = quote(value)
  return [
    `(any_match(resources, r -> r.arn = ${text})`,
    `contains(map_values(requestparameters), ${text})`,
    `contains(map_values(responseelements), ${text}))`,
  ].join('\n    OR ')
}

function condition({ AttributeKey: key, AttributeValue: value }: LookupAttribute): string {
  switch (key) {
    case 'AccessKeyId': return `useridentity.accesskeyid = ${quote(value)}`
    case 'EventId': return `eventid = ${quote(value)}`
    case 'EventName': return `eventname = ${quote(value)}`
    case 'EventSource': return `eventsource = ${quote(value)}`
    // The column is true or false and nothing else.
    case 'ReadOnly': return value === 'true' || value === 'false' ? `readonly = ${value}` : 'false'
    case 'ResourceName': return resource(value)
    case 'ResourceType': return `any_match(resources, r -> r.type = ${quote(value)})`
    case 'Username': return user(value)
  }
}

const timestamp = (seconds: number) => `timestamp '${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')}'`

// View is what the event history shows.
export interface View {
  region: string
  attributes: LookupAttribute[]
  bounds: Bounds
}

// statementFor is the SQL that finds in an event data store what a view shows. The
// store is its id, which stands without quotes.
export function statementFor(view: View, store: string): string {
  const where = [`eventcategory = 'Management'`, `awsregion = ${quote(view.region)}`]
  if (view.bounds.start !== undefined) where.push(`eventtime >= ${timestamp(view.bounds.start)}`)
  // Events have fractions of seconds in a store, and whole seconds in the history.
  if (view.bounds.end !== undefined) where.push(`eventtime < ${timestamp(view.bounds.end + 1)}`)
  where.push(...view.attributes.map(condition))
  return [
    'SELECT eventname, eventtime, useridentity.username AS username, eventsource,',
    '  sourceipaddress, errorcode, resources, readonly, eventid',
    `FROM ${store}`,
    `WHERE ${where.join('\n  AND ')}`,
    'ORDER BY eventtime DESC',
    'LIMIT 1000',
  ].join('\n')
}
