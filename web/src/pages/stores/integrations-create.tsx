import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useMutation } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { ApiError, messageOf } from '~/api/errors'
import { EditForm } from '~/components/edit-form'
import { TagsField } from '~/components/tags'
import { PartError } from '~/lib/parts'
import { checkTags, toTags, type TagDraft } from '~/lib/tags'
import { visible } from '~/lib/text'
import { hrefOf, useGo } from '~/shell/link'
import { useNotify } from '~/shell/notifications'
import { usePage } from '~/shell/page'
import { useRegion, useSession } from '~/shell/session'
import { idOf, useRefresh } from './api'
import { AccessFields, ChannelNameField, checkChannel, newChannel, SourceField } from './channel-fields'
import { makeChannel, type Made } from './creation'
import { DestinationsField } from './destinations-field'

// Create is the page that adds an integration.
export default function Create() {
  usePage({ title: 'Add integration', trail: [{ text: 'Integrations', href: hrefOf('/integrations') }], contentType: 'form' })
  const { account } = useSession()
  const [region] = useRegion()
  const [params] = useSearchParams()
  const { notify } = useNotify()
  const refresh = useRefresh()
  const go = useGo()
  const wanted = params.get('destination')
  const [channel, setChannel] = useState(() => ({ ...newChannel(), source: params.get('source') ?? 'Custom' }))
  const [destinations, setDestinations] = useState<string[]>(
    wanted ? [`arn:aws:cloudtrail:${region}:${account}:eventdatastore/${wanted}`] : [],
  )
  const [tags, setTags] = useState<TagDraft[]>([])
  const [tried, setTried] = useState(false)
  const made = useRef<Made>({ done: {} })
  const errors = checkChannel(channel)
  const noDestination = destinations.length ? undefined : 'Choose at least one event data store.'
  const wrongTags = checkTags(tags)
  const add = useMutation({
    mutationFn: () => makeChannel({ ...channel, destinations, tags: toTags(tags) }, made.current, region),
    onSuccess: async (arn) => {
      notify({
        type: 'success',
        header: `Integration ${channel.name} added`,
        content: 'Give the ARN of its channel to whoever delivers the events.',
      })
      await refresh()
      go(`/integrations/${idOf(arn)}`, { replace: true })
    },
  })
  const refused = add.error instanceof PartError ? add.error.cause : add.error
  const taken =
    refused instanceof ApiError && refused.code === 'ChannelAlreadyExistsException' ? visible(messageOf(refused)) : undefined
  const shownErrors = { ...(tried ? errors : {}), ...(taken && { name: taken }) }
  const change = (next: Partial<typeof channel>) => {
    setChannel((old) => ({ ...old, ...next }))
    add.reset()
  }
  return (
    <EditForm
      title="Add integration"
      action="Add integration"
      saving={add.isPending}
      error={refused}
      errorHeader={
        made.current.channel
          ? 'The channel was created, but its resource policy could not be attached: nobody else may deliver yet. Correct it and try again'
          : 'No integration was added'
      }
      onCancel={() => go('/integrations')}
      wrong={Object.keys(errors).length > 0 || !!noDestination || !!wrongTags}
      onTry={() => setTried(true)}
      onSave={() => add.mutate()}
    >
      <Container header={<Header variant="h2">Integration details</Header>}>
        <SpaceBetween size="l">
          <ChannelNameField value={channel} onChange={change} errors={shownErrors} />
          <SourceField value={channel} onChange={change} />
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Event delivery location</Header>}>
        <DestinationsField value={destinations} onChange={setDestinations} error={tried ? noDestination : undefined} />
      </Container>
      <Container
        header={
          <Header variant="h2" description="Who else than this account may deliver events.">
            Resource policy
          </Header>
        }
      >
        <AccessFields value={channel} onChange={change} errors={shownErrors} />
      </Container>
      <Container
        header={
          <Header variant="h2">
            Tags - <i>optional</i>
          </Header>
        }
      >
        <TagsField value={tags} onChange={setTags} error={tried ? wrongTags : undefined} />
      </Container>
    </EditForm>
  )
}
