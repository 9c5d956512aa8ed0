import { useCollection } from '@cloudscape-design/collection-hooks'
import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import Link from '@cloudscape-design/components/link'
import Pagination from '@cloudscape-design/components/pagination'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Table from '@cloudscape-design/components/table'
import TextFilter from '@cloudscape-design/components/text-filter'
import { useState } from 'react'
import { Confirm } from '~/components/confirm'
import { Empty } from '~/components/empty'
import { Problem } from '~/components/problem'
import { Time } from '~/components/time'
import { count, plural, shown, visible } from '~/lib/text'
import { useNotify } from '~/shell/notifications'
import { useSavedQueries, useSaving, useStores, type SavedQuery } from './api'
import { oneLine } from './from'
import { SaveDialog } from './save-dialog'
import { useTabs } from './tab-store'
import { useOpen, usePageTab } from './use-open'

const none: SavedQuery[] = []

// SavedQueries are the queries that the server keeps for whoever is signed in.
export function SavedQueries() {
  const { data: listed, isPending, error, refetch, isFetching } = useSavedQueries()
  const data = listed ?? none
  const saving = useSaving()
  const { stores } = useStores()
  const { notify } = useNotify()
  const open = useOpen()
  const [, go] = usePageTab()
  const [, update] = useTabs()
  const [editing, setEditing] = useState<SavedQuery>()
  const [deleting, setDeleting] = useState<{ query: SavedQuery; busy?: boolean; error?: unknown }>()
  const { items, actions, collectionProps, filterProps, filteredItemsCount, paginationProps } = useCollection(data, {
    filtering: {
      fields: ['name', 'description', 'sql'],
      empty: (
        <Empty title="No saved queries" action={<Button onClick={() => go('editor')}>Write a query</Button>}>
          Write a query, then choose Save: it is kept on the server, and is here from every browser that you sign in with.
        </Empty>
      ),
      noMatch: (
        <Empty title="No matches" action={<Button onClick={() => actions.setFiltering('')}>Clear filter</Button>}>
          No saved query has this in its name, description or statement.
        </Empty>
      ),
    },
    pagination: { pageSize: 25 },
    sorting: { defaultState: { sortingColumn: { sortingField: 'updated' }, isDescending: true } },
    selection: { trackBy: 'id' },
  })
  const chosen = collectionProps.selectedItems?.[0]
  const edit = (query: SavedQuery) =>
    open({ name: query.name, sql: query.sql, saved: { id: query.id, description: query.description, version: query.version } })
  const remove = async () => {
    const { query } = deleting!
    setDeleting({ query, busy: true })
    try {
      await saving.remove(query.id)
      // An open tab of it has nothing to be saved over any more.
      update((all) => ({ ...all, tabs: all.tabs.map((t) => (t.saved?.id === query.id ? { ...t, saved: undefined, kept: '' } : t)) }))
      setDeleting(undefined)
      notify({ type: 'success', content: `The saved query "${visible(query.name)}" was deleted.` })
    } catch (error) {
      setDeleting({ query, error })
    }
  }
  const problem = error && <Problem header="The saved queries could not be listed" error={error} onRetry={() => void refetch()} />
  if (problem && !listed) return problem
  return (
    <SpaceBetween size="m">
      {problem}
      <Table
        {...collectionProps}
        items={items}
        trackBy="id"
        variant="container"
        selectionType="single"
        loading={isPending}
        loadingText="Loading saved queries"
        header={
          <Header
            variant="h2"
            counter={isPending ? undefined : `(${count(data.length)})`}
            description="Kept on the server, for you alone"
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button iconName="refresh" ariaLabel="Refresh" loading={isFetching && !isPending} onClick={() => void refetch()} />
                <Button disabled={!chosen} onClick={() => setDeleting({ query: chosen! })}>
                  Delete
                </Button>
                <Button disabled={!chosen} onClick={() => setEditing(chosen)}>
                  Edit details
                </Button>
                <Button variant="primary" disabled={!chosen} onClick={() => edit(chosen!)}>
                  Open in editor
                </Button>
              </SpaceBetween>
            }
          >
            Saved queries
          </Header>
        }
        filter={
          <TextFilter
            {...filterProps}
            filteringPlaceholder="Find saved queries"
            filteringAriaLabel="Find saved queries"
            countText={plural(filteredItemsCount ?? 0, 'match', 'matches')}
          />
        }
        pagination={<Pagination {...paginationProps} />}
        wrapLines
        ariaLabels={{ tableLabel: 'Saved queries', selectionGroupLabel: 'Saved queries', itemSelectionLabel: (_, q) => visible(q.name) }}
        columnDefinitions={[
          {
            id: 'name',
            header: 'Query name',
            sortingField: 'name',
            isRowHeader: true,
            minWidth: 180,
            cell: (q) => (
              <Link
                href="#"
                onFollow={(event) => {
                  event.preventDefault()
                  edit(q)
                }}
              >
                {shown(q.name)}
              </Link>
            ),
          },
          { id: 'description', header: 'Description', sortingField: 'description', cell: (q) => shown(q.description), minWidth: 200 },
          {
            id: 'sql',
            header: 'Statement',
            cell: (q) => <span className="query-statement">{shown(oneLine(q.sql, stores ?? []), 200)}</span>,
            minWidth: 260,
          },
          { id: 'updated', header: 'Last changed', sortingField: 'updated', cell: (q) => <Time value={q.updated} />, minWidth: 160 },
        ]}
      />
      {editing && (
        <SaveDialog
          header="Edit details"
          name={editing.name}
          description={editing.description}
          onDismiss={() => setEditing(undefined)}
          onSave={async (name, description) => {
            const made = await saving.change(editing.id, { name, description, sql: editing.sql, version: editing.version })
            // A tab that has an older text of it still has to be told so when it is saved.
            const after = (version: number | undefined) => (version === editing.version ? made.version : version)
            update((all) => ({
              ...all,
              tabs: all.tabs.map((t) =>
                t.saved?.id === editing.id ? { ...t, name, saved: { ...t.saved, description, version: after(t.saved.version) } } : t,
              ),
            }))
            setEditing(undefined)
            notify({ type: 'success', content: `The saved query "${visible(name)}" was changed.` })
          }}
        />
      )}
      <Confirm
        visible={!!deleting}
        header="Delete saved query"
        action="Delete"
        loading={deleting?.busy}
        error={deleting?.error}
        onDismiss={() => setDeleting(undefined)}
        onConfirm={() => void remove()}
      >
        Delete <b>{visible(deleting?.query.name ?? '')}</b>? Results of queries that were run stay in the results history.
      </Confirm>
    </SpaceBetween>
  )
}
