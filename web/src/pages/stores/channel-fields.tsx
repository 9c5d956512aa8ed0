import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { checkChannelName } from '~/lib/names'
import { checkAccess, noAccess, type Access } from './channel-policy'
import { KeysField } from './enrich'
import { partnerOf, partners } from './partners'

// ChannelDraft is a channel while somebody edits it.
export interface ChannelDraft {
  name: string
  source: string
  access: Access
}

export interface ChannelErrors {
  name?: string
  principals?: string
  externalId?: string
}

export const newChannel = (): ChannelDraft => ({ name: '', source: 'Custom', access: noAccess() })

// checkChannel says what the server would refuse.
export function checkChannel(draft: ChannelDraft): ChannelErrors {
  const name = checkChannelName(draft.name)
  return { ...(name && { name }), ...checkAccess(draft.access, partnerOf(draft.source).direct) }
}

interface Props {
  value: ChannelDraft
  onChange: (change: Partial<ChannelDraft>) => void
  errors: ChannelErrors
}

// ChannelNameField is the name of a channel.
export function ChannelNameField({ value, onChange, errors }: Props) {
  return (
    <FormField
      label="Channel name"
      constraintText="3-128 characters. Only letters, numbers, periods, underscores, and dashes are allowed."
      errorText={errors.name}
    >
      <Input value={value.name} spellcheck={false} onChange={({ detail }) => onChange({ name: detail.value })} />
    </FormField>
  )
}

// SourceField is where the events of a channel come from.
export function SourceField({ value, onChange }: Omit<Props, 'errors'>) {
  const partner = partnerOf(value.source)
  return (
    <FormField
      label="Source"
      description="The partner, or your own application, that delivers the events. It cannot be changed later."
      constraintText={
        value.source === 'Custom' &&
        'Leave passwords and personal data out of the events: whoever may query the event data store can read them.'
      }
    >
      <Select
        filteringType="auto"
        selectedOption={{ value: partner.source, label: partner.name }}
        options={partners.map((p) => ({
          value: p.source,
          label: p.name,
          description: p.direct ? 'Direct: the partner delivers from its own account' : 'Solution: an application of yours delivers',
        }))}
        onChange={({ detail }) => onChange({ source: detail.selectedOption.value! })}
      />
    </FormField>
  )
}

// AccessFields are who may deliver through a channel.
export function AccessFields({ value, onChange, errors }: Props) {
  const { direct, name } = partnerOf(value.source)
  const set = (change: Partial<Access>) => onChange({ access: { ...value.access, ...change } })
  return (
    <SpaceBetween size="l">
      <KeysField
        label={direct ? 'AWS account of the partner' : 'AWS accounts'}
        description={
          direct
            ? `${name} delivers from its own account, whose ID the partner tells you.`
            : 'Accounts that may deliver events, beside this one, whose principals may when their own policies allow cloudtrail-data:PutAuditEvents.'
        }
        placeholder="Account ID, or ARN of a principal"
        keys={value.access.principals}
        error={errors.principals}
        onChange={(principals) => set({ principals })}
      />
      <FormField
        label={
          direct ? (
            'External ID'
          ) : (
            <>
              External ID - <i>optional</i>
            </>
          )
        }
        description="A text that the sender has to give with each call, so that nobody has it deliver to a channel that is not theirs. You get it from the partner, or make one up for your own application."
        errorText={errors.externalId}
      >
        <Input
          value={value.access.externalId}
          spellcheck={false}
          autoComplete={false}
          onChange={({ detail }) => set({ externalId: detail.value })}
        />
      </FormField>
    </SpaceBetween>
  )
}
