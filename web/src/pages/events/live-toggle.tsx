import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator'
import Toggle from '@cloudscape-design/components/toggle'
import type { LiveStatus } from './live'

const words: Record<Exclude<LiveStatus, 'off'>, [StatusIndicatorProps.Type, string]> = {
  connecting: ['in-progress', 'Connecting'],
  on: ['success', 'Waiting for events'],
  reconnecting: ['warning', 'Connecting again'],
  paused: ['pending', 'Paused'],
}

// LiveToggle turns the live view on and off, and says how it is doing.
export function LiveToggle({
  on,
  status,
  possible,
  onChange,
}: {
  on: boolean
  status: LiveStatus
  possible: boolean
  onChange: (on: boolean) => void
}) {
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <span title={possible ? undefined : 'The time range is over: nothing new comes into it.'}>
        <Toggle checked={on && possible} disabled={!possible} onChange={({ detail }) => onChange(detail.checked)}>
          Live
        </Toggle>
      </span>
      {on && status !== 'off' && <StatusIndicator type={words[status][0]}>{words[status][1]}</StatusIndicator>}
    </SpaceBetween>
  )
}
