import Container from '@cloudscape-design/components/container'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { ReactNode } from 'react'
import type { InsightSelector } from '~/api/operations.gen'
import { ReviewSection } from '~/components/review-section'
import { DataSummary, ManagementSummary, NetworkSummary, SelectorsJson } from '~/components/selectors/summary'
import type { Selection } from '~/components/selectors/selection'
import { TagsTable } from '~/components/tags'
import { toTags } from '~/lib/tags'
import { shown, visible } from '~/lib/text'
import { useSession } from '~/shell/session'
import { groupArn, locationOf, roleArn, type Attributes } from './form'
import { insightLabels } from './insights'

interface Props {
  attributes: Attributes
  selection: Selection
  insights: InsightSelector[]
  onEdit: (step: number) => void
  region: string
}

const onOff = (on: boolean) => (on ? 'Enabled' : 'Disabled')

// Review shows everything that was chosen, before the trail is made.
export function Review({ attributes: a, selection, insights, onEdit, region }: Props) {
  const { account } = useSession()
  const section = (title: string, step: number, children: ReactNode) => (
    <ReviewSection title={title} onEdit={() => onEdit(step)}>
      {children}
    </ReviewSection>
  )
  return (
    <SpaceBetween size="l">
      {section(
        'General details',
        0,
        <KeyValuePairs
          columns={3}
          items={[
            { label: 'Trail name', value: shown(a.name) },
            { label: 'Multi-Region trail', value: a.multiRegion ? 'Yes' : 'No' },
            { label: 'Home Region', value: region },
            {
              label: a.newBucket ? 'Trail log location (new bucket)' : 'Trail log location',
              value: visible(locationOf({ S3BucketName: a.bucket, S3KeyPrefix: a.prefix }, account)),
            },
            { label: 'Log file SSE-KMS encryption', value: a.encrypt ? shown(a.key) : 'Disabled (SSE-S3)' },
            { label: 'Log file validation', value: onOff(a.validation) },
            { label: 'SNS notification delivery', value: a.notify ? shown(a.topic) : 'Disabled' },
          ]}
        />,
      )}
      {section(
        'CloudWatch Logs',
        0,
        <KeyValuePairs
          columns={3}
          items={[
            { label: 'CloudWatch Logs', value: onOff(a.logs) },
            { label: 'Log group', value: a.logs ? shown(groupArn(a.group, region, account)) : '-' },
            { label: 'IAM role', value: a.logs ? shown(roleArn(a.role, account)) : '-' },
          ]}
        />,
      )}
      {section('Tags', 0, <TagsTable tags={toTags(a.tags)} />)}
      {section('Management events', 1, <ManagementSummary value={selection.management} />)}
      {section('Data events', 1, <DataSummary value={selection} />)}
      {section('Network activity events', 1, <NetworkSummary value={selection} />)}
      {section(
        'Insights events',
        1,
        <KeyValuePairs
          columns={3}
          items={[{ label: 'Insights types', value: insights.map((i) => insightLabels[i.InsightType!]).join(', ') || 'Disabled' }]}
        />,
      )}
      <Container>
        <SelectorsJson value={selection} />
      </Container>
    </SpaceBetween>
  )
}
