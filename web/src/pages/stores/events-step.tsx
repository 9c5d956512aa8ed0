import Checkbox from '@cloudscape-design/components/checkbox'
import Container from '@cloudscape-design/components/container'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import RadioGroup from '@cloudscape-design/components/radio-group'
import SpaceBetween from '@cloudscape-design/components/space-between'
import Tiles from '@cloudscape-design/components/tiles'
import { newSelector } from '~/components/selectors/draft'
import { EventsForm, type Part } from '~/components/selectors/events-form'
import type { Selection } from '~/components/selectors/selection'
import type { SelectionProblems } from '~/components/selectors/selection-check'
import type { InsightsDraft } from '../trails/insights'
import { AccessFields, ChannelNameField, SourceField, type ChannelDraft, type ChannelErrors } from './channel-fields'
import { CopyFields } from './copy-fields'
import type { CopyDraft, CopyErrors } from './import-form'
import type { InsightsChoice } from './insights'
import { InsightsCapture, InsightsSources } from './insights-fields'
import type { General, Kind } from './model'

export interface EventsDraft {
  kind: Exclude<Kind, 'evidence'>
  selection: Selection
  insights: InsightsChoice
  // sources are the stores whose Insights events come to one for Insights events.
  sources: { stores: string[]; types: InsightsDraft }
  copyOn: boolean
  copy: CopyDraft
  channel: ChannelDraft
}

export interface EventsProblems {
  selection?: SelectionProblems
  insights?: string
  copy: CopyErrors
  channel: ChannelErrors
}

// captures tells whether Insights events are made of the management events.
export const captures = (e: EventsDraft) => e.kind === 'events' && e.selection.management.on && e.insights.on

interface Props {
  value: EventsDraft
  onChange: (change: Partial<EventsDraft>) => void
  general: General
  onGeneral: (change: Partial<General>) => void
  problems: EventsProblems
}

// partsOf are the kinds of CloudTrail events that are chosen.
export const partsOf = (s: Selection): Part[] => [
  ...(s.management.on ? ['management' as const] : []),
  ...(s.data.length ? ['data' as const] : []),
  ...(s.network.length ? ['network' as const] : []),
]

// EventsStep chooses what an event data store holds.
export function EventsStep({ value, onChange, general, onGeneral, problems }: Props) {
  const aws = value.kind !== 'integrations'
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header variant="h2" description="What an event data store holds cannot be changed later.">
            Events
          </Header>
        }
      >
        <SpaceBetween size="l">
          <FormField label="Event type" stretch>
            <Tiles
              columns={2}
              value={aws ? 'aws' : 'integrations'}
              items={[
                { value: 'aws', label: 'AWS events', description: 'Events of AWS, recorded here or copied from trails.' },
                {
                  value: 'integrations',
                  label: 'Events from integrations',
                  description: 'Events from outside AWS: of partners, or of your own applications.',
                },
              ]}
              onChange={({ detail }) => onChange({ kind: detail.value === 'aws' ? 'events' : 'integrations' })}
            />
          </FormField>
          {aws && (
            <FormField label="Choose the type of AWS events">
              <RadioGroup
                value={value.kind}
                items={[
                  { value: 'events', label: 'CloudTrail events', description: 'Management, data, and network activity events.' },
                  {
                    value: 'insights',
                    label: 'CloudTrail Insights events',
                    description: 'Unusual activity that is found in the events of another event data store.',
                  },
                  { value: 'config', label: 'Configuration items', description: 'States of resources, as AWS Config records them.' },
                ]}
                onChange={({ detail }) => onChange({ kind: detail.value as EventsDraft['kind'] })}
              />
            </FormField>
          )}
          {value.kind === 'events' && <Kinds value={value} onChange={onChange} />}
          {aws && (
            <ExpandableSection headerText="Additional settings" defaultExpanded={value.kind !== 'events'}>
              <SpaceBetween size="s">
                <Checkbox
                  checked={general.currentRegion}
                  description="Otherwise events of all Regions are collected."
                  onChange={({ detail }) => onGeneral({ currentRegion: detail.checked })}
                >
                  Include only the current region in my event data store
                </Checkbox>
                {(value.kind === 'events' || value.kind === 'config') && (
                  <Checkbox
                    checked={general.ingest}
                    description="Switched off, no events come in by themselves: for copied trail events alone. Ingestion can be started later."
                    onChange={({ detail }) => onGeneral({ ingest: detail.checked })}
                  >
                    Ingest events
                  </Checkbox>
                )}
              </SpaceBetween>
            </ExpandableSection>
          )}
        </SpaceBetween>
      </Container>
      {value.kind === 'events' && <CloudTrailEvents value={value} onChange={onChange} general={general} problems={problems} />}
      {value.kind === 'insights' && (
        <Container
          header={
            <Header
              variant="h2"
              description="Event data stores in whose management events unusual activity is looked for. They can be chosen later too, on their own pages."
            >
              Source event data stores - <i>optional</i>
            </Header>
          }
        >
          <InsightsSources value={value.sources} onChange={(sources) => onChange({ sources })} error={problems.insights} />
        </Container>
      )}
      {value.kind === 'integrations' && (
        <Container
          header={
            <Header variant="h2" description="The channel through which the events come. It is created with the event data store.">
              Integration
            </Header>
          }
        >
          <SpaceBetween size="l">
            <ChannelNameField
              value={value.channel}
              errors={problems.channel}
              onChange={(change) => onChange({ channel: { ...value.channel, ...change } })}
            />
            <SourceField value={value.channel} onChange={(change) => onChange({ channel: { ...value.channel, ...change } })} />
            <AccessFields
              value={value.channel}
              errors={problems.channel}
              onChange={(change) => onChange({ channel: { ...value.channel, ...change } })}
            />
          </SpaceBetween>
        </Container>
      )}
    </SpaceBetween>
  )
}

function Kinds({ value, onChange }: Pick<Props, 'value' | 'onChange'>) {
  const s = value.selection
  const set = (change: Partial<Selection>) => onChange({ selection: { ...s, ...change, unread: undefined } })
  return (
    <FormField label="Specify the type of CloudTrail events">
      <SpaceBetween size="xs">
        <Checkbox
          checked={s.management.on}
          description="Management operations performed on your resources."
          onChange={({ detail }) => set({ management: { ...s.management, on: detail.checked } })}
        >
          Management events
        </Checkbox>
        <Checkbox
          checked={s.data.length > 0}
          description="Operations performed on or within a resource."
          onChange={({ detail }) => set({ data: detail.checked ? [newSelector('Data')] : [] })}
        >
          Data events
        </Checkbox>
        <Checkbox
          checked={s.network.length > 0}
          description="Calls of services through VPC endpoints."
          onChange={({ detail }) => set({ network: detail.checked ? [newSelector('NetworkActivity')] : [] })}
        >
          Network activity events
        </Checkbox>
        <Checkbox
          checked={value.copyOn}
          description="Copy events of log files in an S3 bucket to the event data store, once."
          onChange={({ detail }) => onChange({ copyOn: detail.checked })}
        >
          Copy trail events
        </Checkbox>
      </SpaceBetween>
    </FormField>
  )
}

function CloudTrailEvents({ value, onChange, general, problems }: Omit<Props, 'onGeneral'>) {
  return (
    <SpaceBetween size="l">
      <EventsForm
        value={value.selection}
        onChange={(selection) => onChange({ selection })}
        target="store"
        parts={partsOf(value.selection)}
        problems={problems.selection}
      />
      {value.selection.management.on && (
        <Container
          header={
            <Header variant="h2">
              Insights events - <i>optional</i>
            </Header>
          }
        >
          <InsightsCapture value={value.insights} onChange={(insights) => onChange({ insights })} error={problems.insights} />
        </Container>
      )}
      {value.copyOn && (
        <Container
          header={
            <Header variant="h2" description="Selectors and Regions of the event data store do not count for copied events.">
              Copy trail events
            </Header>
          }
        >
          <CopyFields
            value={value.copy}
            onChange={(copy) => onChange({ copy })}
            errors={problems.copy}
            days={Number(general.retention) || undefined}
          />
        </Container>
      )}
    </SpaceBetween>
  )
}
