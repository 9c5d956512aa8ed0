import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { lazy, Suspense, useState, type RefObject } from 'react'
import { usePreference } from '~/lib/preferences'
import { hrefOf } from '~/shell/link'
import { useNotify } from '~/shell/notifications'
import { useRegion, useSession } from '~/shell/session'
import type { Known } from './complete'
import { DeliveryOptions, useDelivery } from './delivery-options'
import type { Editor } from './editor/editor'
import { NotStarted } from './not-started'
import { NotSaved, SaveButton } from './save-button'
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
  const [unsaved, setUnsaved] = useState<unknown>()
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
        <SaveButton tab={tab} onChange={onChange} onFail={setUnsaved} />
      </SpaceBetween>
      {unsaved !== undefined && <NotSaved why={unsaved} />}
      {failure && <NotStarted failure={failure} onShow={wrong ? () => editor.current?.show(wrong.from, wrong.to) : undefined} />}
      <DeliveryOptions delivery={delivery} />
    </SpaceBetween>
  )
}
