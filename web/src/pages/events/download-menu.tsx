import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import Button from '@cloudscape-design/components/button'
import Alert from '@cloudscape-design/components/alert'
import { messageOf } from '~/api/errors'
import { bytes, count, plural, visible } from '~/lib/text'
import { addressOf, mostInFile, nameOf, save, TooLarge, type Format, type Progress } from './download'

// DownloadMenu starts a download of what the table's filter finds.
export function DownloadMenu({ running, onStart }: { running: boolean; onStart: (format: Format) => void }) {
  return (
    <ButtonDropdown
      items={[
        { id: 'csv', text: 'Download as CSV' },
        { id: 'json', text: 'Download as JSON' },
      ]}
      disabled={running}
      disabledReason="A download is running. Wait for its end, or cancel it."
      onItemClick={({ detail }) => onStart(detail.id as Format)}
    >
      Download events
    </ButtonDropdown>
  )
}

// inPart is how many events the file of a download has.
const inPart = ({ total, wanted }: Progress) => Math.min(mostInFile, total - (wanted.part - 1) * mostInFile)

// DownloadBar shows how far a download is, and what can be done about it.
export function DownloadBar({
  progress,
  onCancel,
  onNext,
  onDismiss,
}: {
  progress: Progress
  onCancel: () => void
  onNext: () => void
  onDismiss: () => void
}) {
  const { state, wanted } = progress
  const far = `${plural(progress.events, 'event')}, ${bytes(progress.bytes)}`
  const what = `${wanted.format.toUpperCase()}${wanted.part > 1 ? ` (part ${wanted.part})` : ''}`
  const more = wanted.part < progress.parts
  const part = progress.file && <Button onClick={() => save(progress)}>Save what has come</Button>
  switch (state) {
    case 'running':
      return (
        <Alert type="info" action={<Button onClick={onCancel}>Cancel download</Button>}>
          <span role="status">
            Downloading {what}:{' '}
            {progress.total > 0
              ? `${count(progress.events)} of ${plural(inPart(progress), 'event')}, ${bytes(progress.bytes)}`
              : 'waiting for the server'}
          </span>
        </Alert>
      )
    case 'complete':
      return (
        <Alert
          type="success"
          dismissible
          onDismiss={onDismiss}
          action={
            more && (
              <Button onClick={onNext}>
                Download part {wanted.part + 1} of {progress.parts}
              </Button>
            )
          }
        >
          {what} downloaded: {far}.{more && ` The filter finds ${plural(progress.total, 'event')}, and a file takes ${count(mostInFile)}.`}
        </Alert>
      )
    case 'cancelled':
      return (
        <Alert type="warning" dismissible onDismiss={onDismiss} action={part}>
          Download of {what} cancelled after {far}.
        </Alert>
      )
    case 'failed': {
      const large = progress.error instanceof TooLarge
      return (
        <Alert
          type="error"
          dismissible
          onDismiss={onDismiss}
          header={`The download of ${what} failed after ${far}`}
          action={
            large ? (
              <Button href={addressOf(wanted)} download={nameOf(wanted, new Date())}>
                Save without this page
              </Button>
            ) : (
              part
            )
          }
        >
          {visible(messageOf(progress.error))}{' '}
          {large ? 'Narrow the time range, or let the browser save the file by itself.' : 'What has come is not all: download again.'}
        </Alert>
      )
    }
  }
}
