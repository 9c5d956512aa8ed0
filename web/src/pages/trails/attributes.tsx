import Alert from '@cloudscape-design/components/alert'
import Checkbox from '@cloudscape-design/components/checkbox'
import Container from '@cloudscape-design/components/container'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import RadioGroup from '@cloudscape-design/components/radio-group'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { BrowseBuckets } from '~/components/bucket-picker'
import { Command } from '~/components/command'
import { TagsField } from '~/components/tags'
import { visible } from '~/lib/text'
import { useSession } from '~/shell/session'
import { groupArn, locationOf, roleArn, rolePolicy, type Attributes, type Errors } from './form'

export interface PartProps {
  value: Attributes
  onChange: (change: Partial<Attributes>) => void
  errors: Errors
  // existing says that the trail is there: its name cannot be changed.
  existing?: boolean
  region: string
}

// General are the general details of a trail: its name, where its log files go, and
// how they are protected.
export function General({ value, onChange, errors, existing, region }: PartProps) {
  const { account, s3Endpoint } = useSession()
  return (
    <Container
      header={
        <Header variant="h2" description={existing ? undefined : 'Trails created here log all Regions, unless you choose otherwise below.'}>
          General details
        </Header>
      }
    >
      <SpaceBetween size="l">
        <FormField
          label="Trail name"
          description={existing ? 'The name of a trail cannot be changed.' : 'Enter a display name for your trail.'}
          constraintText={existing ? undefined : '3-128 characters. Only letters, numbers, periods, underscores, and dashes are allowed.'}
          errorText={errors.name}
        >
          <Input value={value.name} readOnly={existing} spellcheck={false} onChange={({ detail }) => onChange({ name: detail.value })} />
        </FormField>
        <FormField label="Storage location">
          <RadioGroup
            value={value.newBucket ? 'new' : 'existing'}
            items={[
              {
                value: 'new',
                label: 'Create new S3 bucket',
                description: 'A bucket to store logs for the trail, with the bucket policy that CloudTrail needs.',
              },
              {
                value: 'existing',
                label: 'Use existing S3 bucket',
                description: 'Choose an existing bucket to store logs for this trail. Its policy has to let CloudTrail write.',
              },
            ]}
            onChange={({ detail }) => onChange({ newBucket: detail.value === 'new' })}
          />
        </FormField>
        <FormField
          label={value.newBucket ? 'Trail log bucket and folder' : 'Trail log bucket name'}
          description={
            value.newBucket
              ? 'Enter a new S3 bucket name. Bucket names are globally unique.'
              : 'Enter the name of a bucket, also one of another account, or choose one of this account.'
          }
          constraintText={`Log files go to ${visible(locationOf({ S3BucketName: value.bucket || 'BUCKET', S3KeyPrefix: value.prefix }, account))}`}
          errorText={errors.bucket}
          secondaryControl={value.newBucket ? undefined : <BrowseBuckets onChoose={(bucket) => onChange({ bucket })} />}
        >
          <Input value={value.bucket} spellcheck={false} onChange={({ detail }) => onChange({ bucket: detail.value })} />
        </FormField>
        <FormField
          label={
            <>
              Prefix - <i>optional</i>
            </>
          }
          description="The folder in the bucket where log files go."
          errorText={errors.prefix}
        >
          <Input
            value={value.prefix}
            placeholder="Enter a prefix"
            spellcheck={false}
            onChange={({ detail }) => onChange({ prefix: detail.value })}
          />
        </FormField>
        <Checkbox
          checked={value.encrypt}
          description="Encrypt log files and digest files with a KMS key instead of the keys of the store (SSE-S3)."
          onChange={({ detail }) => onChange({ encrypt: detail.checked })}
        >
          Log file SSE-KMS encryption
        </Checkbox>
        {value.encrypt && (
          <SpaceBetween size="l">
            {s3Endpoint && (
              <Alert type="warning" header="Buckets of this server are not encrypted with it">
                The S3 endpoint of this server takes the key and does not encrypt: put the data directory on an encrypted file system
                instead. A key works for buckets that the settings of the server place at AWS, or at another store that has KMS.
              </Alert>
            )}
            <FormField
              label="AWS KMS alias"
              description="The alias of an existing key, or the ARN or ID of a key, also of another account. Its policy has to let CloudTrail encrypt, and readers decrypt."
              errorText={errors.key}
            >
              <Input
                value={value.key}
                placeholder="alias/MyAliasName"
                spellcheck={false}
                onChange={({ detail }) => onChange({ key: detail.value })}
              />
            </FormField>
          </SpaceBetween>
        )}
        <ExpandableSection headerText="Additional settings" defaultExpanded>
          <Additional value={value} onChange={onChange} errors={errors} region={region} />
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  )
}

function Additional({ value, onChange, errors }: PartProps) {
  return (
    <SpaceBetween size="l">
      <Checkbox
        checked={value.validation}
        description="Deliver signed digest files to the bucket, by which anybody can prove that no log file was changed or deleted."
        onChange={({ detail }) => onChange({ validation: detail.checked })}
      >
        Log file validation
      </Checkbox>
      <Checkbox
        checked={value.notify}
        description="Send a notification for each log file that is delivered."
        onChange={({ detail }) => onChange({ notify: detail.checked })}
      >
        SNS notification delivery
      </Checkbox>
      {value.notify && (
        <FormField
          label="SNS topic"
          description="The name of a topic of this account and Region, or the ARN of any topic whose policy lets CloudTrail publish. The server needs the setting sns-endpoint."
          errorText={errors.topic}
        >
          <Input
            value={value.topic}
            placeholder="my-topic"
            spellcheck={false}
            onChange={({ detail }) => onChange({ topic: detail.value })}
          />
        </FormField>
      )}
      <Checkbox
        checked={value.multiRegion}
        description="Log the events of all Regions, and of global services. Switched off, the trail logs its home Region only."
        onChange={({ detail }) => onChange({ multiRegion: detail.checked })}
      >
        Multi-Region trail
      </Checkbox>
    </SpaceBetween>
  )
}

// Logs are the settings of delivery to CloudWatch Logs.
export function Logs({ value, onChange, errors, region }: PartProps) {
  const { account } = useSession()
  return (
    <Container
      header={
        <Header variant="h2" description="Monitor the events of the trail, and be told when something happens.">
          CloudWatch Logs - <i>optional</i>
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Checkbox
          checked={value.logs}
          description="Send the events of the trail to a log group. The server needs the setting logs-endpoint."
          onChange={({ detail }) => onChange({ logs: detail.checked })}
        >
          Send events to CloudWatch Logs
        </Checkbox>
        {value.logs && (
          <SpaceBetween size="l">
            <FormField
              label="Log group"
              description="The name or ARN of an existing log group of this account."
              constraintText={value.group && !errors.group ? visible(groupArn(value.group, region, account)) : undefined}
              errorText={errors.group}
            >
              <Input
                value={value.group}
                placeholder="aws-cloudtrail-logs"
                spellcheck={false}
                onChange={({ detail }) => onChange({ group: detail.value })}
              />
            </FormField>
            <FormField
              label="IAM role"
              description="The name or ARN of an existing role of this account that CloudTrail may assume."
              constraintText={value.role && !errors.role ? visible(roleArn(value.role, account)) : undefined}
              errorText={errors.role}
            >
              <Input
                value={value.role}
                placeholder="CloudTrail_CloudWatchLogs_Role"
                spellcheck={false}
                onChange={({ detail }) => onChange({ role: detail.value })}
              />
            </FormField>
            <ExpandableSection headerText="Policy document">
              <Command text={rolePolicy(value.group, region, account)} label="Policy document of the role" />
            </ExpandableSection>
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Container>
  )
}

// Tags are the tags of a trail.
export function Tags({ value, onChange, errors }: PartProps) {
  return (
    <Container
      header={
        <Header variant="h2" description="You can add one or more tags to help you manage and organize your resources, including trails.">
          Tags - <i>optional</i>
        </Header>
      }
    >
      <TagsField value={value.tags} error={errors.tags} onChange={(tags) => onChange({ tags })} />
    </Container>
  )
}
