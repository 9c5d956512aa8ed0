import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import { useState } from 'react'
import type { Tag } from '~/api/operations.gen'
import { putTags, useTags } from '~/api/tags'
import { useFresh } from '~/lib/fresh'
import { checkTags, fromTags, toTags } from '~/lib/tags'
import { EditForm, useSaving, type Edited } from './edit-form'
import { Loading } from './loading'
import { Problem } from './problem'
import { TagsField } from './tags'

interface Props {
  arn: string
  region: string
  title: string
  edited: Edited
}

// EditTags is the page that changes the tags of a resource.
export function EditTags(props: Props) {
  const { data, isPending, error, refetch } = useFresh(useTags(props.arn, props.region))
  if (isPending) return <Loading />
  if (error) return <Problem header="The tags could not be read" error={error} onRetry={() => void refetch()} />
  return <TagsOf {...props} tags={data} />
}

function TagsOf({ arn, region, title, edited, tags }: Props & { tags: Tag[] }) {
  const [value, setValue] = useState(() => fromTags(tags))
  const [tried, setTried] = useState(false)
  const wrong = checkTags(value)
  const { save, saving, error, back } = useSaving(edited, () => putTags(arn, region, tags, toTags(value)))
  return (
    <EditForm title={title} onCancel={back} saving={saving} error={error} wrong={!!wrong} onTry={() => setTried(true)} onSave={save}>
      <Container header={<Header variant="h2">Tags</Header>}>
        <TagsField value={value} onChange={setValue} error={tried ? wrong : undefined} />
      </Container>
    </EditForm>
  )
}
