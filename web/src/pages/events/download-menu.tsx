import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import type { Format } from './download'

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
