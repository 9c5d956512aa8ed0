// Who may deliver events through a channel, as its resource policy says.

export interface Access {
  // principals are account IDs, or ARNs of principals.
  principals: string[]
  externalId: string
}

// noAccess lets nobody deliver but the account itself.
export const noAccess = (): Access => ({ principals: [], externalId: '' })

const action = 'cloudtrail-data:PutAuditEvents'

const arnOf = (principal: string) => (/^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal)
const shortOf = (arn: string) => /^arn:aws:iam::(\d{12}):root$/.exec(arn)?.[1] ?? arn

// toPolicy is the policy of a channel; none is needed for nobody.
export function toPolicy(channel: string, access: Access): string | undefined {
  if (access.principals.length === 0) return undefined
  const statement: Record<string, unknown> = {
    Sid: 'ChannelPolicy',
    Effect: 'Allow',
    Principal: { AWS: access.principals.map(arnOf) },
    Action: action,
    Resource: channel,
  }
  if (access.externalId) statement.Condition = { StringEquals: { 'cloudtrail:ExternalId': access.externalId } }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2)
}

// fromPolicy reads a policy that the form can show, and nothing for another one.
export function fromPolicy(text: string, channel: string): Access | undefined {
  try {
    const { Statement, Version } = JSON.parse(text) as { Version: string; Statement: Record<string, unknown>[] }
    const [statement, ...more] = Array.isArray(Statement) ? Statement : [Statement]
    if (!statement || more.length) return undefined
    const aws = (statement.Principal as { AWS?: string | string[] }).AWS ?? []
    const principals = (Array.isArray(aws) ? aws : [aws]).map(shortOf)
    const condition = (statement.Condition ?? {}) as { StringEquals?: Record<string, string> }
    const access = { principals, externalId: condition.StringEquals?.['cloudtrail:ExternalId'] ?? '' }
    const same = JSON.parse(toPolicy(channel, access) ?? '{}') as { Statement?: Record<string, unknown>[] }
    const normal = { Version, Statement: [{ ...statement, Sid: 'ChannelPolicy', Principal: { AWS: principals.map(arnOf) } }] }
    return canonical(normal) === canonical({ Version: '2012-10-17', ...same }) ? access : undefined
  } catch {
    return undefined
  }
}

// canonical is JSON with sorted members.
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    typeof v === 'object' && v !== null && !Array.isArray(v)
      ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => a.localeCompare(b)))
      : v,
  )
}

// checkAccess says what the server would refuse. A partner that delivers by itself
// (direct) has to be named, with the external ID that it gave.
export function checkAccess(access: Access, direct: boolean): { principals?: string; externalId?: string } {
  const out: { principals?: string; externalId?: string } = {}
  const bad = access.principals.find(
    (p) =>
      !/^\d{12}$/.test(p) && !/^arn:aws[a-z-]*:(iam|sts)::\d{12}:(root|user\/.+|role\/.+|assumed-role\/.+|federated-user\/.+)$/.test(p),
  )
  if (bad !== undefined)
    out.principals = bad === '' ? 'Enter an account ID.' : `${bad} is no account ID of 12 digits and no ARN of a principal.`
  else if (access.principals.length > 50) out.principals = 'A policy names at most 50 principals.'
  else if (new Set(access.principals).size < access.principals.length) out.principals = 'A principal is there twice.'
  else if (direct && access.principals.length === 0) out.principals = 'Add the account of the partner, which delivers the events.'
  if (access.externalId && !/^[\w+=,.@:/-]{2,1224}$/.test(access.externalId))
    out.externalId = 'An external ID has 2 to 1,224 letters, numbers, and the characters + = , . @ : / - _'
  else if (direct && !access.externalId) out.externalId = 'Enter the external ID that the partner gave you.'
  else if (access.externalId && access.principals.length === 0) out.externalId = 'An external ID needs a principal that has to send it.'
  return out
}
