import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { lazy, Suspense, useState, type RefObject } from 'react'
import { usePreference } from '~/lib/preferences'
import { visible } from '~/lib/text'
import { hrefOf } from '~/shell/link'
import { useNotify } from '~/shell/notifications'
import { useRegion, useSession } from '~/shell/session'
import { useSaving } from './api'
import type { Known } from './complete'
import { DeliveryOptions, useDelivery } from './delivery-options'
import type { Editor } from './editor/editor'
import { NotStarted } from './not-started'
import { SaveDialog } from './save-dialog'
import type { Catalogue } from './schema'
import type { Tab } from './tabs'
import { Toolbar } from './toolbar'
import type { Outcome } from './use-outcome'
import type { useRuns } from './use-run'

const Code = lazy(() => import('./editor/code'))

interface Props {
  tab: Tab
  editor: RefObject<Editor | null>
  known: Known
  catalogue: Catalogue | undefined
  runs: ReturnType<typeof useRuns>
  outcome: Outcome
  onChange: (change: Partial<Omit<Tab, 'id'>>) => void
}

// Workspace is one query: its text, and what can be done to it.
export function Workspace({ tab, editor, known, catalogue, runs, outcome, onChange }: Props) {
  const [region] = useRegion()
  const { arn } = useSession()
  const [selecting, setSelecting] = useState(false)
  const { notify } = useNotify()
  const [tabIndents, setTabIndents] = usePreference('query-tab-indents', false)
  const delivery = useDelivery()
  const { starting, running, cancelling, wrong, failure } = outcome

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
            ref={editor}
            id={`${arn} ${tab.id}`}
            text={tab.sql}
            label="Query editor"
            known={known}
            catalogue={catalogue}
            wrong={wrong}
            tabIndents={tabIndents}
            onChange={(sql) => onChange({ sql })}
            onRun={run}
            onSelect={setSelecting}
          />
        </Suspense>
      </SpaceBetween>
      <SpaceBetween direction="horizontal" size="xs">
        <Button
          variant="primary"
          loading={starting}
          disabled={running || !tab.sql.trim() || !!delivery.problem}
          onClick={run}
          ariaLabel={selecting ? 'Run selected query' : 'Run query'}
        >
          {selecting ? 'Run selected' : 'Run'}
        </Button>
        <Button disabled={!running} loading={cancelling} onClick={() => tab.run && void runs.cancel(tab.run)} ariaLabel="Cancel query">
          Cancel
        </Button>
        <Save tab={tab} onChange={onChange} />
      </SpaceBetween>
      {failure && <NotStarted failure={failure} onShow={wrong ? () => editor.current?.show(wrong.from, wrong.to) : undefined} />}
      <DeliveryOptions delivery={delivery} />
    </SpaceBetween>
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
      const { version } = await saving.change(saved.id, {
        name: tab.name,
        description: saved.description,
        sql: tab.sql,
        version: saved.version,
      })
      onChange({ kept: tab.sql, saved: { ...saved, version } })
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
            onChange({ name, kept: tab.sql, saved: { id: made.id, description, version: made.version } })
            setAsking(false)
            done(name)
          }}
        />
      )}
    </>
  )
}
