import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import Grid from '@cloudscape-design/components/grid'
import SpaceBetween from '@cloudscape-design/components/space-between'
import TabList from '@cloudscape-design/components/tabs'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Confirm } from '~/components/confirm'
import { Problem } from '~/components/problem'
import { visible } from '~/lib/text'
import { useNotify } from '~/shell/notifications'
import { usable, useCatalogue, useStores } from './api'
import { columnsOf } from './catalogue'
import { Columns } from './columns'
import type { Editor } from './editor/editor'
import { apply, firstStatement, storeChanges, storesOf } from './from'
import { Output } from './output'
import { RenameDialog } from './rename-dialog'
import { StoreSelect, useChosenStore } from './store-select'
import { useTabs } from './tab-store'
import { activeTab, changeTab, closeTab, isChanged, mostTabs, openTab, type Tab } from './tabs'
import { useOutcome } from './use-outcome'
import { useRuns } from './use-run'
import { Workspace } from './workspace'

// EditorTab is where queries are written and run.
export function EditorTab() {
  const [all, update] = useTabs()
  const tab = activeTab(all)
  const runs = useRuns(update)
  const outcome = useOutcome(tab, runs)
  const stores = useStores(true)
  const language = useCatalogue()
  const catalogue = language.data
  const [chosen, choose] = useChosenStore()
  const editor = useRef<Editor | null>(null)
  const { notify } = useNotify()
  const [renaming, setRenaming] = useState<Tab>()
  const [closing, setClosing] = useState<Tab>()

  const named = useMemo(() => storesOf(tab.sql), [tab.sql])
  const current = stores.stores?.find((s) => named.includes(s.id)) ?? stores.stores?.find((s) => s.id === chosen)
  const columns = useMemo(() => columnsOf(catalogue, current?.category), [catalogue, current?.category])
  const known = useMemo(
    () => ({
      keywords: catalogue?.keywords ?? [],
      functions: catalogue?.functions ?? [],
      columns,
      stores: (stores.stores ?? []).filter(usable).map(({ id, name }) => ({ id, name: visible(name) })),
    }),
    [catalogue, columns, stores.stores],
  )

  // A first visit begins with a statement that can be run.
  const usual = stores.stores?.find((s) => s.id === chosen && usable(s)) ?? stores.stores?.find(usable)
  const fresh = all.tabs.length === 1 && all.serial === 1 && tab.sql === '' && tab.kept === '' && !tab.run
  useEffect(() => {
    if (fresh && usual) update((old) => changeTab(old, old.active, { sql: firstStatement(usual.id), kept: firstStatement(usual.id) }))
  }, [fresh, usual, update])

  const change = useCallback((part: Partial<Omit<Tab, 'id'>>) => update((old) => changeTab(old, tab.id, part)), [update, tab.id])
  const useStore = (id: string) => {
    choose(id)
    const changes = storeChanges(tab.sql, id)
    if (editor.current && editor.current.text() === tab.sql) editor.current.change(changes)
    else change({ sql: apply(tab.sql, changes) })
  }
  const add = (from?: Partial<Tab>) => {
    if (all.tabs.length >= mostTabs) {
      notify({ type: 'warning', id: 'most-tabs', content: `${mostTabs} queries are open, which is as many as can be. Close some first.` })
      return
    }
    const sql = usual ? firstStatement(usual.id) : ''
    update((old) => openNew(old, from ?? { sql, kept: sql }))
  }
  const close = (t: Tab) => (isChanged(t) ? setClosing(t) : update((old) => closeTab(old, t.id)))

  return (
    <SpaceBetween size="m">
      <Grid gridDefinition={[{ colspan: { default: 12, s: 4, m: 3 } }, { colspan: { default: 12, s: 8, m: 9 } }]}>
        <SpaceBetween size="m">
          <StoreSelect
            stores={stores}
            value={named[0] && named[0] !== '$EDS_ID' ? named[0] : undefined}
            onChoose={useStore}
            description="Its ID goes into the FROM of the statement"
          />
          {language.error && (
            <Problem header="Columns and functions could not be read" error={language.error} onRetry={() => void language.refetch()} />
          )}
          {columns.length > 0 && <Columns columns={columns} onChoose={(text) => editor.current?.insert(text)} />}
        </SpaceBetween>
        <TabList
          ariaLabel="Open queries"
          activeTabId={tab.id}
          onChange={({ detail }) => update((old) => ({ ...old, active: detail.activeTabId }))}
          actions={<Button variant="icon" iconName="add-plus" ariaLabel="New query" onClick={() => add()} />}
          i18nStrings={{ scrollLeftAriaLabel: 'Earlier queries', scrollRightAriaLabel: 'Later queries' }}
          tabs={all.tabs.map((t) => ({
            id: t.id,
            label: (
              <span className="query-tab" title={visible(t.name)}>
                <span>{visible(t.name)}</span>
                {isChanged(t) && <span className="query-changed" />}
              </span>
            ),
            dismissible: true,
            dismissLabel: `Close ${visible(t.name)}`,
            onDismiss: () => close(t),
            action: t.id === tab.id && (
              <ButtonDropdown
                variant="inline-icon"
                ariaLabel={`Actions for ${visible(t.name)}`}
                expandToViewport
                items={[
                  { id: 'rename', text: 'Rename' },
                  { id: 'duplicate', text: 'Duplicate' },
                  { id: 'close', text: 'Close' },
                ]}
                onItemClick={({ detail }) => {
                  if (detail.id === 'rename') setRenaming(t)
                  if (detail.id === 'duplicate') add({ sql: t.sql, kept: '', name: `${t.name} (copy)` })
                  if (detail.id === 'close') close(t)
                }}
              />
            ),
            content: t.id === tab.id && (
              <Workspace tab={t} editor={editor} known={known} catalogue={catalogue} runs={runs} outcome={outcome} onChange={change} />
            ),
          }))}
        />
      </Grid>
      <Output outcome={outcome} onShow={(from, to) => editor.current?.show(from, to)} />
      {renaming && (
        <RenameDialog
          name={renaming.name}
          onDismiss={() => setRenaming(undefined)}
          onRename={(name) => {
            update((old) => changeTab(old, renaming.id, { name }))
            setRenaming(undefined)
          }}
        />
      )}
      <Confirm
        visible={!!closing}
        header="Close query"
        action="Close"
        onDismiss={() => setClosing(undefined)}
        onConfirm={() => {
          update((old) => closeTab(old, closing!.id))
          setClosing(undefined)
        }}
      >
        <Box>
          <b>{visible(closing?.name ?? '')}</b> has changes that are not saved. They are lost when it is closed; Save keeps the query on the
          server.
        </Box>
      </Confirm>
    </SpaceBetween>
  )
}

// openNew opens a tab even if another has the same text.
function openNew(all: Parameters<typeof openTab>[0], from: Partial<Tab>) {
  const opened = openTab(all)
  return changeTab(opened, opened.active, from)
}
