import Alert from '@cloudscape-design/components/alert'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Textarea from '@cloudscape-design/components/textarea'
import { useState } from 'react'
import { useParams } from 'react-router'
import { cloudtrail } from '~/api/client'
import { ApiError, messageOf } from '~/api/errors'
import type { GetChannelResponse } from '~/api/operations.gen'
import { EditForm, useSaving, type Edited } from '~/components/edit-form'
import { EditTags } from '~/components/edit-tags'
import { Loading } from '~/components/loading'
import { Problem } from '~/components/problem'
import { unchanged } from '~/lib/unchanged'
import { useFresh } from '~/lib/fresh'
import { visible } from '~/lib/text'
import { hrefOf } from '~/shell/link'
import { usePage } from '~/shell/page'
import { useRegion, useSession } from '~/shell/session'
import NotFound from '../not-found'
import { askPolicy, idOf, useChannel, usePolicy, useRefresh } from './api'
import { AccessFields, ChannelNameField, checkChannel, newChannel, type ChannelDraft } from './channel-fields'
import { fromPolicy, noAccess, toPolicy } from './channel-policy'
import { DestinationsField } from './destinations-field'
import { channelArn } from './integrations-details'
import { checkJson } from './model'

const titles: Record<string, string> = {
  details: 'Edit integration details',
  destinations: 'Edit event delivery location',
  policy: 'Edit resource policy',
  tags: 'Edit tags',
}

// Edit is the page that changes one section of an integration.
export default function Edit() {
  const { id = '', section = '' } = useParams()
  const { account } = useSession()
  const [region] = useRegion()
  const { data: channel, error, refetch } = useFresh(useChannel(channelArn(region, account, id), region))
  const title = titles[section]
  usePage({
    title: title ?? 'Edit',
    contentType: 'form',
    trail: [
      { text: 'Integrations', href: hrefOf('/integrations') },
      { text: channel?.Name ?? id, href: hrefOf(`/integrations/${id}`) },
    ],
  })
  if (!title) return <NotFound />
  if (error && !channel) return <Problem header="The integration could not be read" error={error} onRetry={() => void refetch()} />
  if (!channel) return <Loading />
  const props = { channel, title, region }
  if (section === 'details') return <EditName {...props} />
  if (section === 'destinations') return <EditDestinations {...props} />
  return section === 'policy' ? <EditPolicy {...props} /> : <TagsOf {...props} />
}

interface Props {
  channel: GetChannelResponse
  title: string
  region: string
}

function useEdited(channel: GetChannelResponse): Edited {
  return { done: `Integration ${channel.Name} updated`, page: `/integrations/${idOf(channel.ChannelArn)}`, refresh: useRefresh() }
}

function EditName({ channel, title, region }: Props) {
  const [value, setValue] = useState<ChannelDraft>(() => ({ ...newChannel(), name: channel.Name ?? '', source: channel.Source ?? '' }))
  const { name: wrong } = checkChannel(value)
  const { save, saving, error, back } = useSaving(useEdited(channel), () =>
    cloudtrail('UpdateChannel', { Channel: channel.ChannelArn!, Name: value.name }, { region }),
  )
  const taken = error instanceof ApiError && error.code === 'ChannelAlreadyExistsException' ? visible(messageOf(error)) : undefined
  return (
    <EditForm title={title} onCancel={back} saving={saving} error={error} wrong={!!wrong} onSave={save}>
      <Container header={<Header variant="h2">Integration details</Header>}>
        <ChannelNameField value={value} onChange={(next) => setValue((old) => ({ ...old, ...next }))} errors={{ name: wrong ?? taken }} />
      </Container>
    </EditForm>
  )
}

function EditDestinations({ channel, title, region }: Props) {
  const [value, setValue] = useState<string[]>(() => channel.Destinations?.map((d) => d.Location) ?? [])
  const { save, saving, error, back } = useSaving(useEdited(channel), () =>
    cloudtrail(
      'UpdateChannel',
      { Channel: channel.ChannelArn!, Destinations: value.map((Location) => ({ Type: 'EVENT_DATA_STORE' as const, Location })) },
      { region },
    ),
  )
  return (
    <EditForm title={title} onCancel={back} saving={saving} error={error} wrong={!value.length} onSave={save}>
      <Container header={<Header variant="h2">Event delivery location</Header>}>
        <DestinationsField value={value} onChange={setValue} error={value.length ? undefined : 'Choose at least one event data store.'} />
      </Container>
    </EditForm>
  )
}

function EditPolicy(props: Props) {
  const policy = useFresh(usePolicy(props.channel.ChannelArn!, props.region))
  if (policy.isPending) return <Loading />
  if (policy.error)
    return <Problem header="The resource policy could not be read" error={policy.error} onRetry={() => void policy.refetch()} />
  const access = policy.data ? fromPolicy(policy.data, props.channel.ChannelArn!) : noAccess()
  return access ? <EditAccess {...props} access={access} policy={policy.data} /> : <EditPolicyText {...props} policy={policy.data!} />
}

const put = async (channel: GetChannelResponse, region: string, policy: string | undefined, was: string | null) => {
  const ResourceArn = channel.ChannelArn!
  await unchanged('The resource policy', was, () => askPolicy(ResourceArn, region))
  if (policy) return cloudtrail('PutResourcePolicy', { ResourceArn, ResourcePolicy: policy }, { region })
  return was === null ? {} : cloudtrail('DeleteResourcePolicy', { ResourceArn }, { region })
}

function EditAccess({ channel, title, region, access, policy }: Props & { access: ChannelDraft['access']; policy: string | null }) {
  const [was] = useState(policy)
  const [value, setValue] = useState<ChannelDraft>(() => ({ name: channel.Name ?? '', source: channel.Source ?? '', access }))
  const [tried, setTried] = useState(false)
  const { principals, externalId } = checkChannel(value)
  const { save, saving, error, back } = useSaving(useEdited(channel), () => put(channel, region, toPolicy(channel.ChannelArn!, value.access), was))
  return (
    <EditForm
      title={title}
      onCancel={back}
      saving={saving}
      error={error}
      wrong={!!(principals ?? externalId)}
      onTry={() => setTried(true)}
      onSave={save}
    >
      <Container header={<Header variant="h2">Resource policy</Header>}>
        <AccessFields
          value={value}
          onChange={(next) => setValue((old) => ({ ...old, ...next }))}
          errors={tried ? { principals, externalId } : {}}
        />
      </Container>
    </EditForm>
  )
}

// EditPolicyText is for policies that say more than the form can.
function EditPolicyText({ channel, title, region, policy }: Props & { policy: string }) {
  const [was] = useState(policy)
  const [text, setText] = useState(was)
  const wrong = checkJson(text)
  const { save, saving, error, back } = useSaving(useEdited(channel), () => put(channel, region, text, was))
  return (
    <EditForm title={title} onCancel={back} saving={saving} error={error} wrong={!!wrong} onSave={save}>
      <Container header={<Header variant="h2">Resource policy</Header>}>
        <FormField
          label="Resource policy"
          description={`Its one action is cloudtrail-data:PutAuditEvents, and its resource is ${channel.ChannelArn}.`}
          errorText={wrong}
          stretch
        >
          <Textarea value={text} rows={20} spellcheck={false} onChange={({ detail }) => setText(detail.value)} />
        </FormField>
      </Container>
      <Alert type="info">This policy says more than a list of accounts, so that it is edited as text.</Alert>
    </EditForm>
  )
}

function TagsOf({ channel, title, region }: Props) {
  return <EditTags arn={channel.ChannelArn!} region={region} title={title} edited={useEdited(channel)} />
}
