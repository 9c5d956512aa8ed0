import Popover from '@cloudscape-design/components/popover'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import { adviceFor, messageOf } from '~/api/errors'
import { visible } from '~/lib/text'

// Unknown stands for what could not be read, and says why on demand.
export function Unknown({ error }: { error: unknown }) {
  const advice = adviceFor(error)
  return (
    <Popover
      header="This could not be read"
      triggerType="text"
      dismissAriaLabel="Close"
      content={
        <>
          {visible(messageOf(error))}
          {advice && <div>{advice}</div>}
        </>
      }
    >
      <StatusIndicator type="warning">Unknown</StatusIndicator>
    </Popover>
  )
}
