import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import { useState } from 'react'
import { ApiError } from '~/api/errors'
import { Problem } from '~/components/problem'
import { visible } from '~/lib/text'
import { useNotify } from '~/shell/notifications'
import { useSaving } from './api'
import { SaveDialog } from './save-dialog'
import type { Tab } from './tabs'

interface Props {
  tab: Tab
  onChange: (change: Partial<Omit<Tab, 'id'>>) => void
  // onFail tells why it was not saved, or that it is tried again.
  onFail: (why: unknown) => void
}

// SaveButton saves a query on the server: over the one that it is, or as a new one.
export function SaveButton({ tab, onChange, onFail }: Props) {
  const saving = useSaving()
  const { notify } = useNotify()
  const [asking, setAsking] = useState(false)
  const [busy, setBusy] = useState(false)
  const done = (name: string) => notify({ type: 'success', id: 'saved', content: `The query "${visible(name)}" was saved.` })
  const again = async (saved: NonNullable<Tab['saved']>) => {
    setBusy(true)
    onFail(undefined)
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
      // There is nothing to save it over any more.
      if (isGone(error)) onChange({ kept: '', saved: undefined })
      onFail(error)
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
            onFail(undefined)
            setAsking(false)
            done(name)
          }}
        />
      )}
    </>
  )
}

const isGone = (error: unknown) => error instanceof ApiError && error.status === 404

// NotSaved says why a query was not saved, and how to keep it nevertheless.
export function NotSaved({ why }: { why: unknown }) {
  const header = 'The query was not saved'
  if (isGone(why)) {
    return (
      <Alert type="warning" header={header}>
        The saved query was deleted meanwhile, elsewhere. Choose Save to keep this text as a new one.
      </Alert>
    )
  }
  if (why instanceof ApiError && why.code === 'ConflictException') {
    return (
      <Alert type="warning" header={header}>
        The saved query was changed meanwhile, elsewhere. Save as keeps this text as a new one; to have the other text, close this query and
        open it again from Saved queries.
      </Alert>
    )
  }
  return <Problem header={header} error={why} />
}
