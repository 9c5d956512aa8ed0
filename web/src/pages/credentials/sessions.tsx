import Badge from '@cloudscape-design/components/badge'
import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import Table from '@cloudscape-design/components/table'
import { useState } from 'react'
import { endSession, type ConsoleSession } from '~/api/credentials'
import { signOutEverywhere } from '~/api/session'
import { Confirm } from '~/components/confirm'
import { Time } from '~/components/time'
import { shown } from '~/lib/text'
import { useNotify } from '~/shell/notifications'
import { useHeldSession } from '~/shell/session'
import './credentials.css'
import { browserOf } from './browser'

// Sessions are the sign-ins that have not ended.
export function Sessions({ sessions, onChanged }: { sessions: ConsoleSession[]; onChanged: () => Promise<void> }) {
  const { notify, fail } = useNotify()
  const { end } = useHeldSession()
  const [ending, setEnding] = useState('')
  const [everywhere, setEverywhere] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()

  const endOne = async (session: ConsoleSession) => {
    setEnding(session.id)
    try {
      await endSession(session.id)
      notify({ type: 'success', content: 'The session has ended.' })
      await onChanged()
    } catch (failure) {
      fail('The session has not ended', failure)
    } finally {
      setEnding('')
    }
  }
  const endAll = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await signOutEverywhere()
      end()
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  return (
    <>
      <Table<ConsoleSession>
        items={sessions}
        trackBy="id"
        ariaLabels={{ tableLabel: 'Active sessions' }}
        wrapLines
        header={
          <Header
            variant="h2"
            counter={`(${sessions.length})`}
            description="Where you are signed in to this console. End what you do not recognize."
            actions={<Button onClick={() => setEverywhere(true)}>Sign out everywhere</Button>}
          >
            Active sessions
          </Header>
        }
        columnDefinitions={[
          {
            id: 'browser', header: 'Browser', isRowHeader: true, minWidth: 160,
            cell: (s) => (
              <span title={shown(s.userAgent)}>
                {browserOf(s.userAgent)} {s.current && <Badge color="blue">This session</Badge>}
              </span>
            ),
          },
          { id: 'ip', header: 'Source IP address', cell: (s) => shown(s.sourceIP), minWidth: 130 },
          { id: 'created', header: 'Signed in', cell: (s) => <Time value={s.created} />, minWidth: 180 },
          { id: 'seen', header: 'Last used', cell: (s) => <Time value={s.lastSeen} />, minWidth: 180 },
          {
            id: 'actions', header: 'Actions', width: 110,
            cell: (s) =>
              s.current ? (
                '-'
              ) : (
                <Button
                  variant="inline-link"
                  loading={ending === s.id}
                  ariaLabel={`End the session of ${browserOf(s.userAgent)} at ${shown(s.sourceIP)}`}
                  onClick={() => void endOne(s)}
                >
                  End
                </Button>
              ),
          },
        ]}
      />
      <Confirm
        visible={everywhere}
        header="Sign out everywhere?"
        action="Sign out everywhere"
        onConfirm={() => void endAll()}
        onDismiss={() => setEverywhere(false)}
        loading={busy}
        error={error}
      >
        All your sessions of this console end, this one too. Access keys keep working.
      </Confirm>
    </>
  )
}
