// Catalogue is what the server knows of SQL.
export interface Catalogue {
  keywords: string[]
  functions: SqlFunction[]
  columns: Record<string, SqlColumn[]>
}

export interface SqlFunction {
  name: string
  kind: string
  signatures: string[]
}

export interface SqlColumn {
  name: string
  type: string
  description?: string
}

// Field is a column, or a field in one, as the editor offers it.
export interface Field {
  name: string
  type: string
  description?: string
}

// Names in tables are lower case; SQL does not mind, and people read the names of
// records more easily.
const spelt = `eventVersion userIdentity eventTime eventSource eventName awsRegion sourceIPAddress userAgent errorCode errorMessage
requestParameters responseElements additionalEventData requestID eventID readOnly eventType apiVersion managementEvent
recipientAccountId sharedEventID vpcEndpointId vpcEndpointAccountId serviceEventDetails edgeDeviceDetails insightDetails
eventCategory tlsDetails sessionCredentialFromConsole eventJson eventJsonChecksum eventContext principalId accountId accessKeyId
userName sessionContext creationDate mfaAuthenticated sessionIssuer webIdFederationData federatedProvider sourceIdentity
ec2RoleDelivery ec2IssuedInVpc onBehalfOf userId identityStoreArn inScopeOf sourceArn sourceAccount issuerType
credentialsIssuedTo invokedBy identityProvider arnPrefix tlsVersion cipherSuite clientProvidedHostHeader requestContext tagContext
resourceTags principalTags insightSource insightType insightContext configurationItemVersion configurationItemCaptureTime
configurationItemStatus configurationStateId resourceType resourceId resourceName availabilityZone resourceCreationTime
supplementaryConfiguration relatedEvents eventData metadata`
const spellings = new Map(spelt.split(/\s+/).map((name) => [name.toLowerCase(), name]))

// speltName is a name as CloudTrail's records write it.
export const speltName = (name: string) => spellings.get(name) ?? name

// fieldsOf are the fields of a row type: row(arn varchar, tags map(varchar, varchar)).
export function fieldsOf(type: string): Field[] {
  const inside = /^row\(([\s\S]*)\)$/.exec(type.trim())?.[1]
  if (inside === undefined) return []
  return split(inside).map((part) => {
    const [, name, rest] = /^("(?:[^"]|"")*"|\S+)\s+([\s\S]+)$/.exec(part)!
    return { name: name!.replaceAll('"', ''), type: rest! }
  })
}

// split cuts a list at its commas, but not at those inside parentheses.
function split(list: string): string[] {
  const out: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < list.length; i++) {
    if (list[i] === '(') depth++
    if (list[i] === ')') depth--
    if (list[i] === ',' && depth === 0) {
      out.push(list.slice(from, i).trim())
      from = i + 1
    }
  }
  return [...out, list.slice(from).trim()].filter((part) => /\s/.test(part))
}

// fieldsAt are the fields behind a path of names: ['userIdentity', 'sessionContext'].
export function fieldsAt(columns: Field[], path: string[]): Field[] {
  let fields = columns
  for (const name of path) {
    const found = fields.find((f) => f.name.toLowerCase() === name.toLowerCase())
    if (!found) return []
    fields = fieldsOf(found.type)
  }
  return fields
}

// shortType is a type without what is inside it, for narrow places.
export function shortType(type: string): string {
  return type.replace(/^(row|array)\([\s\S]*\)$/, '$1').replace(/^map\([\s\S]*\)$/, 'map')
}
