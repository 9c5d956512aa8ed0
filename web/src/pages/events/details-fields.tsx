import StatusIndicator from '@cloudscape-design/components/status-indicator'
import type { ReactNode } from 'react'
import type { Event } from '~/api/operations.gen'
import { Time } from '~/components/time'
import { shown } from '~/lib/text'
import { mfaOf, readOnlyOf } from './columns'
import { field } from './record'

// detailsOf are the fields of an event's page: always those of AWS's console, and what
// else the record has.
export function detailsOf(event: Event): { label: string; value: ReactNode }[] {
  const text = (...path: string[]) => shown(field(event, ...path), 2000)
  const has = (...path: string[]) => field(event, ...path) !== ''
  const maybe = (label: string, ...path: string[]) => (has(...path) ? [{ label, value: text(...path) }] : [])
  const session = ['userIdentity', 'sessionContext']
  const created = field(event, ...session, 'attributes', 'creationDate')
  const mfa = mfaOf(event)
  const error = field(event, 'errorCode')
  return [
    { label: 'Event time', value: <Time value={event.EventTime} /> },
    { label: 'User name', value: shown(event.Username) },
    { label: 'Event name', value: shown(event.EventName) },
    { label: 'Event source', value: shown(event.EventSource) },
    { label: 'AWS access key', value: shown(event.AccessKeyId) },
    { label: 'AWS region', value: text('awsRegion') },
    { label: 'Source IP address', value: text('sourceIPAddress') },
    { label: 'Event ID', value: shown(event.EventId) },
    { label: 'Read-only', value: shown(readOnlyOf(event)) },
    { label: 'Error code', value: error ? <StatusIndicator type="error">{shown(error)}</StatusIndicator> : '-' },
    ...maybe('Error message', 'errorMessage'),
    { label: 'Request ID', value: text('requestID') },
    { label: 'Recipient account', value: text('recipientAccountId') },
    ...maybe('Event type', 'eventType'),
    ...maybe('Identity type', 'userIdentity', 'type'),
    ...maybe('Identity', 'userIdentity', 'arn'),
    ...maybe('Invoked by', 'userIdentity', 'invokedBy'),
    ...(mfa ? [{ label: 'MFA used', value: shown(mfa) }] : []),
    ...(created ? [{ label: 'Session began', value: <Time value={created} /> }] : []),
    ...maybe('Session issuer', ...session, 'sessionIssuer', 'arn'),
    ...maybe('Source identity', ...session, 'sourceIdentity'),
    ...(field(event, 'sessionCredentialFromConsole') === 'true' ? [{ label: 'Console session', value: 'Yes' }] : []),
    ...maybe('VPC endpoint', 'vpcEndpointId'),
    ...maybe('TLS version', 'tlsDetails', 'tlsVersion'),
    ...maybe('Shared event ID', 'sharedEventID'),
    { label: 'User agent', value: text('userAgent') },
  ]
}
