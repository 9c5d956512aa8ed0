import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { lazy, Suspense, useMemo, useRef, useState, type RefObject } from 'react'
import { messageOf } from '~/api/errors'
import { Problem } from '~/components/problem'
import { usePreference } from '~/lib/preferences'
import { visible } from '~/lib/text'
import { hrefOf } from '~/shell/link'
import { useNotify } from '~/shell/notifications'
import { useRegion } from '~/shell/session'
import { useQueryState, useSaving } from './api'
import type { Known } from './complete'
import { DeliveryOptions, useDelivery } from './delivery-options'
import type { Editor } from './editor/editor'
import type { Wrong } from './editor/marks'
import { Output } from './output'
import { SaveDialog } from './save-dialog'
import type { Catalogue } from './schema'
import { hasEnded } from './statistics'
import type { Tab } from './tabs'
import { Toolbar } from './toolbar'
import { whereOf, type Failure, type useRuns } from './use-run'

const Code = lazy(() => import('./editor/code'))

interface Props {
  tab: Tab
  editor: RefObject<Editor | null>
  known: Known
  catalogue: Catalogue | undefined
  runs: ReturnType<typeof useRuns>
  onChange: (change: Partial<Omit<Tab, 'id'>>) => void
}

// Workspace is one query: its text, what can be done to it, and what came of it.
export function Workspace({ tab, editor, known, catalogue, runs, onChange }: Props) {
  const [region] = useRegion()
  const { notify } = useNotify()
  const [tabIndents, setTabIndents] = usePreference('query-tab-indents', false)
  const delivery = useDelivery()
  const output = useRef<HTMLDivElement>(null)
  const state = useQueryState(tab.run?.region ?? region, tab.run?.queryId)
  const starting = runs.starting.has(tab.id)
  const running = !!tab.run && !!state.data && !hasEnded(state.data.QueryStatus)
  const failure = runs.failures[tab.id]
  const failed = state.data?.QueryStatus === 'FAILED' ? state.data.ErrorMessage : undefined
  const where = useMemo(
    () => failure ?? (failed && tab.run ? whereOf(failed, tab.run.text, tab.run.offset) : undefined),
    [failure, failed, tab.run],
  )
  const asRun = failure?.text ?? tab.run?.text
  const wrong = useMemo<Wrong | null>(
    () => (where?.range && asRun === tab.sql ? { ...where.range, message: where.place!.message } : null),
    [where, asRun, tab.sql],
  )

  const run = () => {
    const part = editor.current?.selected()
    if (!part?.text.trim() || starting || running || delivery.problem) return
    void runs.start(tab, part, delivery.place)
  }
  const copyLink = async () => {
    const link = new URL(hrefOf(`/query?sql=${encodeURIComponent(tab.sql)}&region=${region}`), window.location.href).href
    try {
      await navigator.clipboard.writeText(link)
      notify({ type: 'success', id: 'link', content: 'The link was copied: it opens this statement in the editor.' })
    } catch {
      notify({ type: 'error', id: 'link', content: 'The browser refused to copy.' })
    }
  }
  return (
    <SpaceBetween size="m">
      <SpaceBetween size="xs">
        <Box float="right">
          <Toolbar editor={editor} tabIndents={tabIndents} onTabIndents={setTabIndents} onCopyLink={() => void copyLink()} />
        </Box>
        <Suspense fallback={<div className="query-code" aria-busy="true" />}>
          <Code
            ref={editor} id={tab.id} text={tab.sql} label="Query editor" known={known} catalogue={catalogue} wrong={wrong} tabIndents={tabIndents}
            onChange={(sql) => onChange({ sql })} onRun={run}
          />
        </Suspense>
      </SpaceBetween>
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="primary" loading={starting} disabled={running || !tab.sql.trim() || !!delivery.problem} onClick={run} ariaLabel="Run query">
          Run
        </Button>
        <Button disabled={!running} loading={!!tab.run && runs.cancelling.has(tab.run.queryId)} onClick={() => tab.run && void runs.cancel(tab.run)} ariaLabel="Cancel query">
          Cancel
        </Button>
        <Save tab={tab} onChange={onChange} />
      </SpaceBetween>
      <DeliveryOptions delivery={delivery} />
      {failure && <NotStarted failure={failure} changed={failure.text !== tab.sql} onShow={(from, to) => editor.current?.show(from, to)} />}
      <div ref={output}>
        {tab.run && (
          <Output
            key={tab.run.queryId} run={tab.run} state={state} changed={tab.run.text !== '' && tab.run.text !== tab.sql}
            onShow={where?.range && asRun === tab.sql ? () => editor.current?.show(where.range!.from, where.range!.to) : undefined}
          />
        )}
      </div>
    </SpaceBetween>
  )
}

function NotStarted({ failure, changed, onShow }: { failure: Failure; changed: boolean; onShow: (from: number, to: number) => void }) {
  const { place, range, error } = failure
  if (!place || !range) return <Problem header="The query was not started" error={error} />
  return (
    <Alert
      type="error"
      header={`The statement is wrong in line ${place.line}, column ${place.column}`}
      action={!changed && <Button onClick={() => onShow(range.from, range.to)}>Go to line {place.line}</Button>}
    >
      {visible(place.message || messageOf(error))}
    </Alert>
  )
}

function Save({ tab, onChange }: Pick<Props, 'tab' | 'onChange'>) {
  const saving = useSaving()
  const { notify, fail } = useNotify()
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const done = (name: string) => notify({ type: 'success', id: 'saved', content: `The query "${visible(name)}" was saved.` })
  const again = async (saved: NonNullable<Tab['saved']>) => {
    setBusy(true)
    try {
      await saving.change(saved.id, { name: tab.name, description: saved.description, sql: tab.sql })
      onChange({ kept: tab.sql })
      done(tab.name)
    } catch (error) {
      fail('The query was not saved', error)
    } finally {
      setBusy(false)
    }
  }
  const empty = !tab.sql.trim()
  const { saved } = tab
  return (
    <>
      {saved ? (
        <ButtonDropdown
          mainAction={{ text: 'Save', onClick: () => void again(saved), loading: busy, disabled: empty }}
          items={[{ id: 'as', text: 'Save as', disabled: empty }]}
          ariaLabel="More ways to save"
          onItemClick={() => setAsking(true)}
        />
      ) : (
        <Button disabled={empty} onClick={() => setAsking(true)} ariaLabel="Save query">
          Save
        </Button>
      )}
      {asking && (
        <SaveDialog
          header="Save query"
          name={saved ? `${tab.name} (copy)` : /^Query \d+$/.test(tab.name) ? '' : tab.name}
          description={saved?.description ?? ''}
          onDismiss={() => setAsking(false)}
          onSave={async (name, description) => {
            const made = await saving.create({ name, description, sql: tab.sql })
            onChange({ name, kept: tab.sql, saved: { id: made.id, description } })
            setAsking(false)
            done(name)
          }}
        />
      )}
    </>
  )
}
