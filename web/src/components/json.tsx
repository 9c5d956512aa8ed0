import Box from '@cloudscape-design/components/box'
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard'
import { useMemo, type ReactNode } from 'react'
import { visible } from '~/lib/text'
import './json.css'

// What is longer than this is shown without colors: a span for each token of a
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

// Browsers lay a line of a megabyte out for seconds. In blocks they do it only for
// what is in sight.
const blockSize = 4000

// blocks cuts a long text, at the end of a line where there is one.
export function blocks(text: string): string[] {
  const out: string[] = []
  for (let from = 0; from < text.length; ) {
    let to = Math.min(from + blockSize, text.length)
    if (to < text.length) {
      const line = text.lastIndexOf('\n', to - 1)
      // Neither inside of a character.
      if (line > from) to = line + 1
      else if ((text.charCodeAt(to - 1) & 0xfc00) === 0xd800) to--
    }
    out.push(text.slice(from, to))
    from = to
  }
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

// Json shows a JSON text with colors, to be read and copied.
export function Json({ text, label = 'JSON' }: { text: string; label?: string }) {
  const laidOut = useMemo(() => pretty(text), [text])
  const content = useMemo(() => {
    const safe = visible(laidOut)
    if (safe.length <= mostHighlighted) return highlight(safe)
    return blocks(safe).map((block, n) => (
      <div key={n} className="json-block">
        {block.replace(/\n$/, '')}
      </div>
    ))
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
