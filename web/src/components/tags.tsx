import Box from '@cloudscape-design/components/box'
import FormField from '@cloudscape-design/components/form-field'
import Table from '@cloudscape-design/components/table'
import TagEditor from '@cloudscape-design/components/tag-editor'
import type { Tag } from '~/api/operations.gen'
import { maxTags, type TagDraft } from '~/lib/tags'
import { shown } from '~/lib/text'
import { Empty } from './empty'

// TagsField edits the tags of a resource.
export function TagsField({ value, onChange, error }: { value: TagDraft[]; onChange: (value: TagDraft[]) => void; error?: string }) {
  return (
    <FormField errorText={error} stretch>
      <TagEditor
        tags={value}
        tagLimit={maxTags}
        onChange={({ detail }) => onChange([...detail.tags])}
        i18nStrings={{ emptyTags: 'No tags are associated with the resource.', addButton: 'Add new tag' }}
      />
    </FormField>
  )
}

// TagsTable shows the tags of a resource.
export function TagsTable({ tags, loading }: { tags: Tag[] | undefined; loading?: boolean }) {
  return (
    <Table
      variant="embedded"
      items={tags ?? []}
      loading={loading}
      loadingText="Loading tags"
      ariaLabels={{ tableLabel: 'Tags' }}
      empty={<Empty title="No tags">Tags help to find resources, and policies can allow or deny by them.</Empty>}
      columnDefinitions={[
        { id: 'key', header: 'Key', cell: (t) => shown(t.Key), isRowHeader: true },
        { id: 'value', header: 'Value', cell: (t) => (t.Value ? shown(t.Value) : <Box color="text-body-secondary">-</Box>) },
      ]}
    />
  )
}
