import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useSession } from '~/shell/session'
import type { Catalogue } from './catalogue'
import { Conditions } from './conditions'
import { applyTemplate, templateLabels, type Problems, type SelectorDraft, type Template } from './draft'

interface Props {
  draft: SelectorDraft
  title: string
  onChange: (draft: SelectorDraft) => void
  onRemove?: () => void
  catalogue: Catalogue
  loading: boolean
  problems?: Problems
}

// SelectorEditor edits one advanced event selector.
export function SelectorEditor({ draft, title, onChange, onRemove, catalogue, loading, problems = {} }: Props) {
  const { account } = useSession()
  const labels = templateLabels[draft.category]
  const templates = Object.entries(labels).map(([value, label]) => ({ value, label }))
  return (
    <Container
      variant="stacked"
      header={
        <Header
          variant="h3"
          actions={
            onRemove && (
              <Button formAction="none" ariaLabel={`Remove ${title}`} onClick={onRemove}>
                Remove
              </Button>
            )
          }
        >
          {title}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {draft.category === 'Data' && <ResourceTypeField {...{ draft, onChange, catalogue, loading, problems }} />}
        {draft.category === 'NetworkActivity' && (
          <FormField
            label="Network activity event source"
            description="The service whose calls through VPC endpoints of this account are logged."
            errorText={problems.eventSource}
          >
            <Select
              filteringType="auto"
              statusType={loading ? 'loading' : 'finished'}
              placeholder="Choose an event source"
              selectedOption={draft.eventSource ? { value: draft.eventSource, label: draft.eventSource } : null}
              options={catalogue.networkEventSources.map((value) => ({ value, label: value }))}
              onChange={({ detail }) => onChange({ ...draft, eventSource: detail.selectedOption.value! })}
            />
          </FormField>
        )}
        <FormField label="Log selector template">
          <Select
            selectedOption={{ value: draft.template, label: labels[draft.template] }}
            options={templates}
            onChange={({ detail }) => onChange(applyTemplate(draft, detail.selectedOption.value as Template, account))}
          />
        </FormField>
        <FormField
          label={
            <>
              Selector name - <i>optional</i>
            </>
          }
          errorText={problems.name}
          constraintText="Up to 1,000 characters. The name is shown with the selector and in the JSON view."
        >
          <Input value={draft.name} placeholder="Enter a name" onChange={({ detail }) => onChange({ ...draft, name: detail.value })} />
        </FormField>
        {draft.template === 'custom' && (
          <FormField
            label="Advanced event selectors"
            description="An event is logged when all fields match. Conditions of a field that include are alternatives; each one that excludes has to hold."
            stretch
          >
            <Conditions draft={draft} onChange={onChange} catalogue={catalogue} problems={problems} />
          </FormField>
        )}
      </SpaceBetween>
    </Container>
  )
}

function ResourceTypeField({ draft, onChange, catalogue, loading, problems }: Required<Omit<Props, 'title' | 'onRemove'>>) {
  const known = catalogue.resourceTypes.find((t) => t.type === draft.resourceType)
  return (
    <FormField label="Resource type" description="The type of resources whose data events are logged." errorText={problems.resourceType}>
      <Select
        filteringType="auto"
        statusType={loading ? 'loading' : 'finished'}
        placeholder="Choose a resource type"
        selectedOption={
          draft.resourceType
            ? { value: draft.resourceType, label: known?.label ?? draft.resourceType, description: draft.resourceType }
            : null
        }
        options={catalogue.resourceTypes.map(({ type, label }) => ({ value: type, label: label ?? type, description: label && type }))}
        virtualScroll
        onChange={({ detail }) => onChange({ ...draft, resourceType: detail.selectedOption.value! })}
      />
    </FormField>
  )
}
