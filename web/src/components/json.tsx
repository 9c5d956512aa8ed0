import Box from '@cloudscape-design/components/box'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import { useMemo, type ReactNode } from 'react'
import { visible } from '~/lib/text'
import './json.css'

// What is longer than this is shown without colours: a span for each token of a
// megabyte would hold the page up.
const mostHighlighted = 200_000

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

// highlight splits JSON text into spans by kind. Everything stays text.
function highlight(text: string): ReactNode[] {
  const out: ReactNode[] = []
  let from = 0
  for (const match of text.matchAll(token)) {
    if (match.index > from) out.push(text.slice(from, match.index))
    const [all, string, colon, word] = match
    const kind = string ? (colon ? 'key' : 'string') : word ? 'word' : 'number'
    out.push(
      <span key={match.index} className={'json-' + kind}>
        {string ?? all}
      </span>,
    )
    if (colon) out.push(colon)
    from = match.index + all.length
  }
  out.push(text.slice(from))
  return out
}

// pretty lays JSON text out; what is no JSON stays as it is.
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

// Json shows a JSON text with colours, to be read and copied.
export function Json({ text, label = 'JSON' }: { text: string; label?: string }) {
  const laidOut = useMemo(() => pretty(text), [text])
  const content = useMemo(() => {
    const safe = visible(laidOut)
    return safe.length > mostHighlighted ? safe : highlight(safe)
  }, [laidOut])
  return (
    <div className="json">
      <Box textAlign="right" padding={{ top: 'xs', horizontal: 'xs' }}>
        <CopyToClipboard copyButtonText="Copy" copySuccessText="Copied" copyErrorText="The browser refused to copy" textToCopy={laidOut} />
      </Box>
      {/* It scrolls, so the keyboard has to reach it. */}
      <pre tabIndex={0} role="region" aria-label={label}>
        {content}
      </pre>
    </div>
  )
}
