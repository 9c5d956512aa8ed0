import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Checkbox from '@cloudscape-design/components/checkbox'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Grid from '@cloudscape-design/components/grid'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import RadioGroup from '@cloudscape-design/components/radio-group'
import Slider from '@cloudscape-design/components/slider'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Textarea from '@cloudscape-design/components/textarea'
import { TagsField } from '~/components/tags'
import { useSession } from '~/shell/session'
import { arnPlaceholder } from './creation'
import { leastRetention, pricing, years, type BillingMode, type Errors, type General } from './model'

export interface FieldsProps {
  value: General
  onChange: (change: Partial<General>) => void
  errors: Errors
}

// GeneralFields are the general details of an event data store. was is what one
// that is there has: some of it cannot be taken back.
export function GeneralFields({ value, onChange, errors, was, days }: FieldsProps & { was?: General; days?: number }) {
  const modes = Object.entries(pricing).map(([mode, { label, description }]) => ({
    value: mode,
    label,
    description,
    disabled: was?.billing === 'EXTENDABLE_RETENTION_PRICING' && mode === 'FIXED_RETENTION_PRICING',
  }))
  const shrinks = days !== undefined && !errors.retention && Number(value.retention) < days
  return (
    <SpaceBetween size="l">
      <FormField
        label="Event data store name"
        description="Enter a display name for your event data store."
        constraintText="3-128 characters. Only letters, numbers, periods, underscores, and dashes are allowed."
        errorText={errors.name}
      >
        <Input value={value.name} spellcheck={false} onChange={({ detail }) => onChange({ name: detail.value })} />
      </FormField>
      <FormField
        label="Pricing option"
        description={
          was
            ? 'Seven-year pricing can be changed to one-year extendable pricing, and not back.'
            : 'It decides for how long events can be kept. Cairn itself costs nothing.'
        }
      >
        <RadioGroup
          value={value.billing}
          items={modes}
          onChange={({ detail }) => {
            const billing = detail.value as BillingMode
            onChange(was ? { billing } : { billing, retention: String(pricing[billing].usual) })
          }}
        />
      </FormField>
      <Retention value={value} onChange={onChange} error={errors.retention} />
      {shrinks && (
        <Alert type="warning" header="Events will be removed">
          Events that are older than {value.retention} days are removed for good. Today the event data store keeps {days} days.
        </Alert>
      )}
      <FormField
        label={
          <>
            Encryption - <i>optional</i>
          </>
        }
      >
        <Checkbox
          checked={value.ownKey}
          disabled={!!was?.ownKey}
          description="Cairn keeps the key and answers it, but does not encrypt its tables with it: put the data directory on an encrypted file system."
          onChange={({ detail }) => onChange({ ownKey: detail.checked })}
        >
          Use my own AWS KMS key
        </Checkbox>
      </FormField>
      {value.ownKey && (
        <FormField
          label="AWS KMS alias"
          description={
            was?.ownKey
              ? 'The key of an event data store cannot be changed or removed.'
              : 'The alias of a key, or the ARN or ID of a key. It cannot be changed or removed later.'
          }
          errorText={errors.key}
        >
          <Input
            value={value.key}
            placeholder="alias/MyAliasName"
            disabled={!!was?.ownKey}
            spellcheck={false}
            onChange={({ detail }) => onChange({ key: detail.value })}
          />
        </FormField>
      )}
    </SpaceBetween>
  )
}

function Retention({ value, onChange, error }: { value: General; onChange: FieldsProps['onChange']; error?: string }) {
  const { most } = pricing[value.billing]
  const days = Number(value.retention)
  const inside = Number.isFinite(days) ? Math.min(most, Math.max(leastRetention, days)) : leastRetention
  const marks = value.billing === 'FIXED_RETENTION_PRICING' ? [366, 1096, 1827] : [366, 1096, 1827, 2557]
  return (
    <FormField
      label="Retention period"
      description="Events are kept by their own time, not by when they came in. What is older is removed."
      constraintText={`From ${leastRetention} to ${most.toLocaleString('en-US')} days.`}
      errorText={error}
      stretch
    >
      <Grid gridDefinition={[{ colspan: { default: 12, xxs: 3 } }, { colspan: { default: 12, xxs: 9 } }]}>
        <div>
          <Input
            type="number"
            inputMode="numeric"
            ariaLabel="Retention period in days"
            value={value.retention}
            onChange={({ detail }) => onChange({ retention: detail.value })}
          />
          <Box color="text-body-secondary" fontSize="body-s">
            days{error ? '' : `, ${years(days)}`}
          </Box>
        </div>
        <Slider
          ariaLabel="Retention period"
          min={leastRetention}
          max={most}
          value={inside}
          referenceValues={marks}
          valueFormatter={(v) => (v === inside && !marks.includes(v) && v !== leastRetention && v !== most ? `${v} days` : years(v))}
          onChange={({ detail }) => onChange({ retention: String(detail.value) })}
        />
      </Grid>
    </FormField>
  )
}

const policyActions = [
  'StartQuery',
  'CancelQuery',
  'ListQueries',
  'DescribeQuery',
  'GetQueryResults',
  'GenerateQuery',
  'GenerateQueryResultsSummary',
  'GetEventDataStore',
]

// policyTemplate is a policy to begin with: another account may query.
export const policyTemplate = (arn = arnPlaceholder) =>
  JSON.stringify(
    {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'EdsPolicyA',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::444455556666:root' },
          Action: [
            'cloudtrail:StartQuery',
            'cloudtrail:DescribeQuery',
            'cloudtrail:GetQueryResults',
            'cloudtrail:CancelQuery',
            'cloudtrail:GetEventDataStore',
          ],
          Resource: arn,
        },
      ],
    },
    null,
    2,
  )

// PolicyFields are the resource policy of an event data store.
export function PolicyFields({ value, onChange, errors, arn }: FieldsProps & { arn?: string }) {
  return (
    <SpaceBetween size="l">
      <Checkbox
        checked={value.policyOn}
        description="Let principals of other accounts query this event data store."
        onChange={({ detail }) => onChange({ policyOn: detail.checked, policy: value.policy || policyTemplate(arn) })}
      >
        Enable resource policy
      </Checkbox>
      {value.policyOn && (
        <FormField
          label="Resource policy"
          description={
            arn
              ? 'The resource of each statement is the ARN of this event data store.'
              : `${arnPlaceholder} stands for the ARN of the event data store, which gets one when it is created.`
          }
          constraintText={`Actions that it may have: ${policyActions.map((a) => 'cloudtrail:' + a).join(', ')}.`}
          errorText={errors.policy}
          stretch
        >
          <Textarea value={value.policy} rows={16} spellcheck={false} onChange={({ detail }) => onChange({ policy: detail.value })} />
        </FormField>
      )}
    </SpaceBetween>
  )
}

// Configure is the first page of the wizard.
export function Configure({ value, onChange, errors }: FieldsProps) {
  const { account } = useSession()
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header variant="h2" description="An event data store keeps events in tables that can be queried with SQL.">
            General details
          </Header>
        }
      >
        <GeneralFields value={value} onChange={onChange} errors={errors} />
      </Container>
      <Container
        header={
          <Header
            variant="h2"
            description={`Without one, principals of the account ${account} alone can use it, as their own policies allow.`}
          >
            Resource policy - <i>optional</i>
          </Header>
        }
      >
        <PolicyFields value={value} onChange={onChange} errors={errors} />
      </Container>
      <Container
        header={
          <Header variant="h2" description="You can add one or more tags to help you manage and organize your resources.">
            Tags - <i>optional</i>
          </Header>
        }
      >
        <TagsField value={value.tags} error={errors.tags} onChange={(tags) => onChange({ tags })} />
      </Container>
    </SpaceBetween>
  )
}
