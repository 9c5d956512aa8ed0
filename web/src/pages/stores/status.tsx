import Popover from '@cloudscape-design/components/popover'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import { Unknown } from '~/components/unknown'
import { statusTexts, type Status } from './model'
import { importStatuses } from './progress'

// StoreStatus shows a store's state, and what it means on demand.
export function StoreStatus({ status, error }: { status: Status | undefined; error?: unknown }) {
  if (!status && error) return <Unknown error={error} />
  if (!status) return <StatusIndicator type="loading">Loading</StatusIndicator>
  const { label, type, means } = statusTexts[status]
  return (
    <Popover header={label} content={means} triggerType="text" dismissAriaLabel="Close">
      <StatusIndicator type={type}>{label}</StatusIndicator>
    </Popover>
  )
}

// ImportStatus shows a copy's state.
export function ImportStatus({ status }: { status: keyof typeof importStatuses | undefined }) {
  if (!status) return <StatusIndicator type="loading">Loading</StatusIndicator>
  return <StatusIndicator type={importStatuses[status].type}>{importStatuses[status].label}</StatusIndicator>
}
