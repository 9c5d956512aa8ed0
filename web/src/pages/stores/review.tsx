import Container from '@cloudscape-design/components/container'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { ReactNode } from 'react'
import { Json } from '~/components/json'
import { ReviewSection } from '~/components/review-section'
import { DataSummary, ManagementSummary, NetworkSummary, SelectorsJson } from '~/components/selectors/summary'
import { TagsTable } from '~/components/tags'
import { toTags } from '~/lib/tags'
import { shown } from '~/lib/text'
import { formatTime } from '~/lib/time'
import { useRegion } from '~/shell/session'
import { useZone } from '~/shell/topbar'
import { insightLabels, toInsights } from '../trails/insights'
import { idOf, useStoreNames } from './api'
import { isLarge, type Enrichment } from './enrichment'
import { captures, type EventsDraft } from './events-step'
import { boundsOf, type Range } from './import-form'
import { kindLabels, pricing, years, type General } from './model'
import { partnerOf } from './partners'

interface Props {
  general: General
  events: EventsDraft
  enrichment: Enrichment
  onEdit: (step: number) => void
}

const yes = (on: boolean) => (on ? 'Yes' : 'No')

// Review shows everything that was chosen, before the store is made.
export function Review({ general: g, events: e, enrichment, onEdit }: Props) {
  const [region] = useRegion()
  const names = useStoreNames(region)
  const nameOf = (arn: string) => names.data?.find((s) => s.EventDataStoreArn === arn)?.Name ?? idOf(arn)
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
            { label: 'Event data store name', value: shown(g.name) },
            { label: 'Pricing option', value: pricing[g.billing].label },
            { label: 'Retention period', value: `${g.retention} days (${years(Number(g.retention))})` },
            { label: 'AWS KMS key', value: g.ownKey ? shown(g.key) : '-' },
          ]}
        />,
      )}
      {section('Resource policy', 0, g.policyOn ? <Json text={g.policy} label="Resource policy" /> : 'No resource policy.')}
      {section('Tags', 0, <TagsTable tags={toTags(g.tags)} />)}
      {section(
        'Events',
        1,
        <KeyValuePairs
          columns={3}
          items={[
            { label: 'Event type', value: kindLabels[e.kind] },
            {
              label: 'Include only the current region',
              value: e.kind === 'integrations' ? 'Yes (always, for these events)' : yes(g.currentRegion),
            },
            { label: 'Ingest events', value: e.kind === 'events' || e.kind === 'config' ? yes(g.ingest) : 'Yes' },
          ]}
        />,
      )}
      {e.kind === 'events' && (
        <SpaceBetween size="l">
          {section('Management events', 1, <ManagementSummary value={e.selection.management} />)}
          {section('Data events', 1, <DataSummary value={e.selection} />)}
          {section('Network activity events', 1, <NetworkSummary value={e.selection} />)}
          {captures(e) &&
            section(
              'Insights events',
              1,
              <KeyValuePairs
                columns={3}
                items={[
                  {
                    label: 'Insights types',
                    value: toInsights(e.insights.types)
                      .map((i) => insightLabels[i.InsightType!])
                      .join(', '),
                  },
                  { label: 'Destination event data store', value: nameOf(e.insights.destination) },
                ]}
              />,
            )}
          {e.copyOn &&
            section(
              'Copy trail events',
              1,
              <KeyValuePairs
                columns={3}
                items={[
                  { label: 'S3 URI', value: shown(e.copy.uri, 2000) },
                  { label: 'Time range of events', value: <RangeText range={e.copy.range} /> },
                ]}
              />,
            )}
          {section(
            'Enrich events, expand event size',
            2,
            <KeyValuePairs
              columns={3}
              items={[
                { label: 'Resource tag keys', value: shown(enrichment.tagKeys.join(', ')) },
                { label: 'IAM global condition keys', value: shown(enrichment.conditionKeys.join(', '), 2000) },
                { label: 'Maximum event size', value: isLarge(enrichment) ? '1 MB' : '256 KB' },
              ]}
            />,
          )}
          <Container>
            <SelectorsJson value={e.selection} />
          </Container>
        </SpaceBetween>
      )}
      {e.kind === 'insights' &&
        e.sources.stores.length > 0 &&
        section(
          'Source event data stores',
          1,
          <KeyValuePairs
            columns={3}
            items={[
              { label: 'Source event data stores', value: e.sources.stores.map(nameOf).join(', ') },
              {
                label: 'Insights types',
                value: toInsights(e.sources.types)
                  .map((i) => insightLabels[i.InsightType!])
                  .join(', '),
              },
            ]}
          />,
        )}
      {e.kind === 'integrations' &&
        section(
          'Integration',
          1,
          <KeyValuePairs
            columns={3}
            items={[
              { label: 'Channel name', value: shown(e.channel.name) },
              { label: 'Source', value: partnerOf(e.channel.source).name },
              { label: 'Accounts that may deliver', value: shown(e.channel.access.principals.join(', ')) },
              { label: 'External ID', value: shown(e.channel.access.externalId) },
            ]}
          />,
        )}
    </SpaceBetween>
  )
}

// RangeText says which events are copied.
export function RangeText({ range }: { range: Range }) {
  const [zone] = useZone()
  if (range.type === 'all') return <>All events</>
  if (range.type === 'relative') return <>{`Last ${range.amount} ${range.unit}${range.amount === 1 ? '' : 's'}`}</>
  const { start, end } = boundsOf(range, 0)
  return <>{`${formatTime(new Date(start!), zone)} to ${formatTime(new Date(end!), zone)}`}</>
}
