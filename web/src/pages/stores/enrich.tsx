import Checkbox from '@cloudscape-design/components/checkbox'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import Multiselect from '@cloudscape-design/components/multiselect'
import SpaceBetween from '@cloudscape-design/components/space-between'
import TokenGroup from '@cloudscape-design/components/token-group'
import Alert from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import { useState } from 'react'
import { visible } from '~/lib/text'
import { conditionKeys, isLarge, maxKeys, type Enrichment } from './enrichment'

interface Props {
  value: Enrichment
  onChange: (value: Enrichment) => void
  errors: { tagKeys?: string; conditionKeys?: string }
}

// EnrichFields choose what is added to events, and how large they may be.
export function EnrichFields({ value, onChange, errors }: Props) {
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            description="Add tags of the resources, and condition keys of the authorization, to the events. They are in the field eventContext."
          >
            Enrich events - <i>optional</i>
          </Header>
        }
      >
        <SpaceBetween size="l">
          <Alert type="info">
            This version of Cairn keeps the setting and answers it. Events have in eventContext what they were recorded with.
          </Alert>
          <KeysField
            label="Resource tag keys"
            description={`Up to ${maxKeys} keys of tags of resources.`}
            placeholder="Enter a tag key"
            keys={value.tagKeys}
            error={errors.tagKeys}
            onChange={(tagKeys) => onChange({ ...value, tagKeys })}
          />
          <FormField
            label="IAM global condition keys"
            description={`Up to ${maxKeys} keys whose values decided about the call.`}
            errorText={errors.conditionKeys}
          >
            <Multiselect
              filteringType="auto"
              placeholder="Choose condition keys"
              selectedOptions={value.conditionKeys.filter((k) => conditionKeys.includes(k)).map((k) => ({ value: k, label: k }))}
              options={conditionKeys.map((k) => ({ value: k, label: k }))}
              onChange={({ detail }) =>
                onChange({
                  ...value,
                  conditionKeys: [
                    ...detail.selectedOptions.map((o) => o.value!),
                    ...value.conditionKeys.filter((k) => !conditionKeys.includes(k)),
                  ],
                })
              }
            />
          </FormField>
          <KeysField
            label="Tag keys of the principal"
            description="Added as aws:PrincipalTag/KEY."
            placeholder="Enter a tag key"
            keys={value.conditionKeys.filter((k) => !conditionKeys.includes(k)).map((k) => k.replace(/^aws:PrincipalTag\//, ''))}
            onChange={(keys) =>
              onChange({
                ...value,
                conditionKeys: [
                  ...value.conditionKeys.filter((k) => conditionKeys.includes(k)),
                  ...keys.map((k) => 'aws:PrincipalTag/' + k),
                ],
              })
            }
          />
        </SpaceBetween>
      </Container>
      <Container header={<Header variant="h2">Expand event size</Header>}>
        <Checkbox
          checked={isLarge(value)}
          disabled={isLarge(value) && !value.large}
          description="Events of up to 1 MB instead of 256 KB, so that long fields such as requestParameters are kept whole. Keys to enrich events need it."
          onChange={({ detail }) =>
            onChange({ ...value, large: detail.checked, ...(detail.checked ? {} : { tagKeys: [], conditionKeys: [] }) })
          }
        >
          Expand event size
        </Checkbox>
      </Container>
    </SpaceBetween>
  )
}

interface KeysProps {
  label: string
  description: string
  placeholder: string
  keys: string[]
  error?: string
  onChange: (keys: string[]) => void
}

// KeysField is a list of texts: one is typed and added at a time.
export function KeysField({ label, description, placeholder, keys, error, onChange }: KeysProps) {
  const [typed, setTyped] = useState('')
  const key = typed.trim()
  const add = () => {
    if (key && !keys.includes(key)) onChange([...keys, key])
    setTyped('')
  }
  return (
    <FormField
      label={label}
      description={description}
      errorText={error}
      secondaryControl={
        <Button formAction="none" ariaLabel={`Add to ${label}`} disabled={!key} onClick={add}>
          Add
        </Button>
      }
    >
      <Input
        value={typed}
        placeholder={placeholder}
        spellcheck={false}
        onChange={({ detail }) => setTyped(detail.value)}
        onKeyDown={(event) => {
          if (event.detail.key !== 'Enter') return
          event.preventDefault()
          add()
        }}
        onBlur={add}
      />
      {keys.length > 0 && (
        <TokenGroup
          items={keys.map((k) => ({ label: visible(k), dismissLabel: `Remove ${k}` }))}
          onDismiss={({ detail }) => onChange(keys.filter((_, i) => i !== detail.itemIndex))}
        />
      )}
    </FormField>
  )
}
