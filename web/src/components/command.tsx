import Box from '@cloudscape-design/components/box'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import { visible } from '~/lib/text'
import './json.css'

// Command shows a text of several lines, such as a command, to be copied.
export function Command({ text, label }: { text: string; label: string }) {
  return (
    <div className="json">
      <Box textAlign="right" padding={{ top: 'xs', horizontal: 'xs' }}>
        <CopyToClipboard copyButtonText="Copy" copySuccessText="Copied" copyErrorText="The browser refused to copy" textToCopy={text} />
      </Box>
      <pre tabIndex={0} role="region" aria-label={label}>
        {visible(text)}
      </pre>
    </div>
  )
}
