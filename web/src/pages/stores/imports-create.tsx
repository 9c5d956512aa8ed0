import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Select from '@cloudscape-design/components/select'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import { cloudtrail } from '~/api/client'
import { messageOf } from '~/api/errors'
import { Confirm } from '~/components/confirm'
import { EditForm } from '~/components/edit-form'
import { optionsState } from '~/lib/options'
import { visible } from '~/lib/text'
import { hrefOf, useGo } from '~/shell/link'
import { useNotify } from '~/shell/notifications'
import { usePage } from '~/shell/page'
import { useRegion, useSession } from '~/shell/session'
import { idOf, useRefresh, useStores } from './api'
import { CopyFields } from './copy-fields'
import { checkCopy, copyFieldOf, copyRequest, newCopy, type CopyErrors } from './import-form'
import { statusTexts, why } from './model'
import { NewStore, RefreshStores } from './new-store'

// Create is the page that copies trail events into an event data store.
export default function Create() {
  usePage({ title: 'Copy trail events', trail: [{ text: 'Imports', href: hrefOf('/imports') }], contentType: 'form' })
  const { account } = useSession()
  const [region] = useRegion()
  const [params] = useSearchParams()
  const { stores, all } = useStores(region)
  const { notify } = useNotify()
  const refresh = useRefresh()
  const go = useGo()
  const [draft, setDraft] = useState(() => ({ ...newCopy(region, account), uri: params.get('source') ?? '' }))
  const [id, setId] = useState(params.get('destination') ?? '')
  const [tried, setTried] = useState(false)
  const [asking, setAsking] = useState(false)
  const store = stores.find((s) => idOf(s.name.EventDataStoreArn) === id)?.store
  const errors = checkCopy(draft)
  if (!store) errors.destination = 'Choose an event data store.'
  const start = useMutation({
    mutationFn: () => cloudtrail('StartImport', copyRequest(draft, store!.EventDataStoreArn!), { region }),
    onSuccess: async ({ ImportId }) => {
      notify({ type: 'success', header: 'Copying trail events has begun' })
      await refresh()
      go(`/imports/${ImportId}`, { replace: true })
    },
    onSettled: () => setAsking(false),
  })
  const field = copyFieldOf(start.error)
  const shownErrors: CopyErrors = { ...(tried ? errors : {}), ...(field ? { [field]: visible(messageOf(start.error)) } : {}) }
  const change = (next: typeof draft) => {
    setDraft(next)
    start.reset()
  }
  return (
    <EditForm
      title="Copy trail events"
      description="Copy the events of log files in an S3 bucket into an event data store. The log files and the trail are not changed."
      action="Copy events"
      // The event data store that a link names may not be there yet.
      saving={start.isPending || (!!id && !store && all.isPending)}
      error={start.error}
      errorHeader="Copying was not started"
      onCancel={() => go('/imports')}
      wrong={Object.keys(errors).length > 0}
      onTry={() => setTried(true)}
      onSave={() => setAsking(true)}
    >
      <Container header={<Header variant="h2">Event source</Header>}>
        <CopyFields value={draft} onChange={change} errors={shownErrors} days={store?.RetentionPeriod} />
      </Container>
      <Container header={<Header variant="h2">Delivery location</Header>}>
        <FormField
          label="Event data store"
          description="An event data store for CloudTrail events. Its selectors and Regions do not count for copied events."
          constraintText={<NewStore />}
          secondaryControl={<RefreshStores query={all} />}
          errorText={shownErrors.destination}
        >
          <Select
            filteringType="auto"
            placeholder="Choose an event data store"
            {...optionsState(all, 'There are no event data stores in this Region.')}
            selectedOption={store ? { value: id, label: store.Name, description: id } : null}
            options={stores.flatMap(({ store: s }) => {
              if (!s) return []
              const reason = why('copy', s)
              return [
                {
                  value: idOf(s.EventDataStoreArn),
                  label: s.Name,
                  description: reason ?? statusTexts[s.Status!].label,
                  disabled: !!reason,
                },
              ]
            })}
            onChange={({ detail }) => {
              setId(detail.selectedOption.value!)
              start.reset()
            }}
          />
        </FormField>
      </Container>
      <Confirm
        visible={asking}
        header="Copy trail events to Lake"
        action="Copy events"
        loading={start.isPending}
        onConfirm={() => start.mutate()}
        onDismiss={() => setAsking(false)}
      >
        Events below <b>{visible(draft.uri)}</b> are copied to <b>{store?.Name}</b>. Events that are copied twice, or that come in by
        themselves too, are there twice. One copy runs at a time in an account and Region. It can be stopped; what was copied until then
        stays.
      </Confirm>
    </EditForm>
  )
}
