// Column is one of the event history's table.
export interface Column {
  id: string
  label: string
}

// defaultColumns are shown at first, as AWS's console has them.
export const defaultColumns: Column[] = [
  { id: 'name', label: 'Event name' },
  { id: 'time', label: 'Event time' },
  { id: 'user', label: 'User name' },
  { id: 'source', label: 'Event source' },
  { id: 'types', label: 'Resource type' },
  { id: 'names', label: 'Resource name' },
]

// optionalColumns are hidden until the reader wants them.
export const optionalColumns: Column[] = [
  { id: 'key', label: 'AWS access key' },
  { id: 'region', label: 'AWS region' },
  { id: 'ip', label: 'Source IP address' },
  { id: 'error', label: 'Error code' },
  { id: 'readonly', label: 'Read-only' },
  { id: 'id', label: 'Event ID' },
  { id: 'request', label: 'Request ID' },
  { id: 'agent', label: 'User agent' },
  { id: 'identity', label: 'Identity type' },
  { id: 'mfa', label: 'MFA used' },
  { id: 'type', label: 'Event type' },
  { id: 'account', label: 'Recipient account' },
]
