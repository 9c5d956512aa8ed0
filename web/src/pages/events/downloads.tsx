import Button from '@cloudscape-design/components/button'
import { createContext, useContext, useEffect, useMemo, type ReactNode } from 'react'
import { adviceFor, messageOf } from '~/api/errors'
import { bytes, count, plural, visible } from '~/lib/text'
import { useNotify, type Notice } from '~/shell/notifications'
import { addressOf, mostInFile, nameOf, save, TooLarge, useDownload, type Progress, type Wanted } from './download'

interface Downloads {
  running: boolean
  start: (wanted: Wanted) => void
}

const Context = createContext<Downloads | null>(null)

// DownloadProvider downloads events whatever page is shown, and tells in the notices how
// far it is. It ends with the session.
export function DownloadProvider({ children }: { children: ReactNode }) {
  const { progress, start, cancel } = useDownload()
  const { notify } = useNotify()
  useEffect(() => {
    if (progress) notify({ id: 'download', ...noticeOf(progress, (wanted) => void start(wanted), cancel) })
  }, [progress, notify, start, cancel])
  const running = progress?.state === 'running'
  const value = useMemo(() => ({ running, start: (wanted: Wanted) => void start(wanted) }), [running, start])
  return <Context value={value}>{children}</Context>
}

// useDownloads is how a page starts a download; one runs at a time.
export function useDownloads(): Downloads {
  const value = useContext(Context)
  if (!value) throw new Error('BUG: no DownloadProvider around this')
  return value
}

// inPart is how many events the file of a download has.
const inPart = ({ total, wanted }: Progress) => Math.min(mostInFile, total - (wanted.part - 1) * mostInFile)

// noticeOf says how far a download is, and what can be done about it.
function noticeOf(progress: Progress, start: (wanted: Wanted) => void, cancel: () => void): Notice {
  const { wanted, total, parts, file } = progress
  const far = `${plural(progress.events, 'event')}, ${bytes(progress.bytes)}`
  const what = `${wanted.format.toUpperCase()}${wanted.part > 1 ? ` (part ${wanted.part})` : ''}`
  const saveCome = file && <Button onClick={() => save(progress)}>Save what has come</Button>
  switch (progress.state) {
    case 'running':
      return {
        type: 'info',
        loading: true,
        dismissible: false,
        content:
          total > 0
            ? `Downloading ${what}: ${count(progress.events)} of ${plural(inPart(progress), 'event')}, ${bytes(progress.bytes)}`
            : `Downloading ${what}: waiting for the server`,
        action: <Button onClick={cancel}>Cancel download</Button>,
      }
    case 'complete': {
      const more = wanted.part < parts
      const next = { ...wanted, part: wanted.part + 1 }
      return {
        type: 'success',
        content: `${what} downloaded: ${far}.${more ? ` The filter finds ${plural(total, 'event')}, and a file takes ${count(mostInFile)}.` : ''}`,
        action: more && (
          <Button onClick={() => start(next)}>
            Download part {next.part} of {parts}
          </Button>
        ),
      }
    }
    case 'cancelled':
      return { type: 'warning', content: `Download of ${what} cancelled after ${far}.`, action: saveCome }
    case 'failed': {
      const large = progress.error instanceof TooLarge
      const begun = progress.bytes > 0
      const advice = large
        ? 'Narrow the time range, or let the browser save the file by itself.'
        : begun
          ? 'What has come is not all: download again.'
          : (adviceFor(progress.error) ?? '')
      return {
        type: 'error',
        header: begun ? `The download of ${what} failed after ${far}` : `The download of ${what} did not begin`,
        content: `${visible(messageOf(progress.error))} ${advice}`,
        action: large ? (
          <Button href={addressOf(wanted)} download={nameOf(wanted, new Date())}>
            Save without this page
          </Button>
        ) : (
          saveCome
        ),
      }
    }
  }
}
