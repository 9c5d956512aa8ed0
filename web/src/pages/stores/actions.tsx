import ButtonDropdown from '@cloudscape-design/components/button-dropdown'
import FormField from '@cloudscape-design/components/form-field'
import RadioGroup from '@cloudscape-design/components/radio-group'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { cloudtrail } from '~/api/client'
import { Confirm } from '~/components/confirm'
import { FormDialog } from '~/components/form-dialog'
import { useGo } from '~/shell/link'
import { useNotify } from '~/shell/notifications'
import { useRegion } from '~/shell/session'
import { idOf, useRefresh, type Store } from './api'
import { why, type Action } from './model'

const labels: Record<Action, string> = {
  start: 'Start ingestion',
  stop: 'Stop ingestion',
  copy: 'Copy trail events',
  protection: 'Change termination protection',
  delete: 'Delete',
  restore: 'Restore',
}
const order: Action[] = ['start', 'stop', 'copy', 'protection', 'delete', 'restore']

// StoreActions is the Actions menu of an event data store, with the dialogs that
// its entries open.
export function StoreActions({ store }: { store: Store | undefined }) {
  const [dialog, setDialog] = useState<{ action: Action; store: Store } | null>(null)
  const go = useGo()
  return (
    <>
      <ButtonDropdown
        disabled={!store}
        items={order.map((action) => {
          const reason = store && why(action, store)
          return { id: action, text: labels[action], disabled: !!reason, disabledReason: reason }
        })}
        onItemClick={({ detail }) => {
          if (!store) return
          if (detail.id === 'copy') go(`/imports/create?destination=${idOf(store.EventDataStoreArn)}`)
          else setDialog({ action: detail.id as Action, store })
        }}
      >
        Actions
      </ButtonDropdown>
      {dialog && <Dialog action={dialog.action} store={dialog.store} onClose={() => setDialog(null)} />}
    </>
  )
}

interface DialogProps {
  action: Action
  store: Store
  onClose: () => void
}

function Dialog({ action, ...props }: DialogProps) {
  if (action === 'protection') return <Protection {...props} />
  return <Sure action={action as keyof typeof questions} {...props} />
}

const questions = {
  start: {
    operation: 'StartEventDataStoreIngestion',
    header: 'Start ingestion?',
    done: 'is starting to take events',
    text: 'The event data store takes events from now on. What was recorded while it was stopped does not come in.',
  },
  stop: {
    operation: 'StopEventDataStoreIngestion',
    header: 'Stop ingestion?',
    done: 'is stopping to take events',
    text: 'The event data store takes no more events from now on. Events that are there stay, and can be queried; trail events can still be copied to it. What happens while it is stopped does not come in later.',
  },
  delete: {
    operation: 'DeleteEventDataStore',
    header: 'Delete event data store?',
    done: 'is pending deletion',
    text: 'The event data store takes no more events, and cannot be queried. It waits for seven days, in which it can be restored; then it is deleted for good with all its events. Until then it counts as one of the ten event data stores that an account has in a Region.',
  },
  restore: {
    operation: 'RestoreEventDataStore',
    header: 'Restore event data store?',
    done: 'is restored',
    text: 'The event data store can be queried again, and takes events again if it did before. What was recorded meanwhile does not come in.',
  },
} as const

function Sure({ action, store, onClose }: DialogProps & { action: keyof typeof questions }) {
  const [region] = useRegion()
  const { notify } = useNotify()
  const refresh = useRefresh()
  const { operation, header, text, done } = questions[action]
  const run = useMutation({
    mutationFn: () => cloudtrail<typeof operation>(operation, { EventDataStore: store.EventDataStoreArn! }, { region }),
    onSuccess: async () => {
      notify({ type: 'success', header: `Event data store ${store.Name} ${done}` })
      onClose()
      await refresh()
    },
  })
  return (
    <Confirm
      visible
      header={header}
      action={labels[action]}
      type={action === 'delete' ? store.Name : undefined}
      loading={run.isPending}
      error={run.error}
      onConfirm={() => run.mutate()}
      onDismiss={onClose}
    >
      <b>{store.Name}</b>: {text}
    </Confirm>
  )
}

function Protection({ store, onClose }: Omit<DialogProps, 'action'>) {
  const [region] = useRegion()
  const { notify } = useNotify()
  const refresh = useRefresh()
  const [on, setOn] = useState(!!store.TerminationProtectionEnabled)
  const save = useMutation({
    mutationFn: () =>
      cloudtrail('UpdateEventDataStore', { EventDataStore: store.EventDataStoreArn!, TerminationProtectionEnabled: on }, { region }),
    onSuccess: async () => {
      notify({ type: 'success', header: `Termination protection of ${store.Name} is ${on ? 'enabled' : 'disabled'}` })
      onClose()
      await refresh()
    },
  })
  return (
    <FormDialog
      header="Change termination protection"
      action="Save"
      loading={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onDismiss={onClose}
    >
      <FormField label="Termination protection" description="While it is enabled, the event data store cannot be deleted.">
        <RadioGroup
          value={on ? 'on' : 'off'}
          items={[
            { value: 'on', label: 'Enabled' },
            { value: 'off', label: 'Disabled' },
          ]}
          onChange={({ detail }) => setOn(detail.value === 'on')}
        />
      </FormField>
    </FormDialog>
  )
}
