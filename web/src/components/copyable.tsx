import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import { visible } from '~/lib/text'

// Copyable is a text that is worth copying: an ARN, a location, a command.
export function Copyable({ text, what }: { text: string; what: string }) {
  return (
    <CopyToClipboard
      variant="inline"
      copyButtonAriaLabel={`Copy ${what}`}
      copySuccessText="Copied"
      copyErrorText="The browser refused to copy"
      textToCopy={text}
      textToDisplay={visible(text)}
    />
  )
}
