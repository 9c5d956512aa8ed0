import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Checkbox from '@cloudscape-design/components/checkbox'
import FormField from '@cloudscape-design/components/form-field'
import RadioGroup from '@cloudscape-design/components/radio-group'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { Catalogue } from './catalogue'
import { fromSelector, newSelector } from './draft'
import { SelectorEditor } from './selector'
import { managementSelectors, type Management } from './selection'
import { type SelectionProblems } from './selection-check'

interface Props {
  value: Management
  onChange: (value: Management) => void
  // simple is for those who cannot have advanced selectors here.
  simpleOnly?: boolean
  // toggle lets them be switched off.
  toggle?: boolean
  catalogue: Catalogue
  loading: boolean
  problems?: SelectionProblems
}

// ManagementEvents chooses which management events are logged.
export function ManagementEvents({ value, onChange, simpleOnly, toggle, catalogue, loading, problems }: Props) {
  const set = (change: Partial<Management>) => onChange({ ...value, ...change })
  const toMode = (mode: Management['mode']) => {
    if (mode === 'advanced' && value.selectors.length === 0) set({ mode, selectors: managementSelectors(value).map(fromSelector) })
    else set({ mode })
  }
  return (
    <SpaceBetween size="l">
      {toggle && (
        <Checkbox checked={value.on} onChange={({ detail }) => set({ on: detail.checked })}>
          Log management events
        </Checkbox>
      )}
      {value.on && <Choices {...{ value, set, toMode, simpleOnly, catalogue, loading, problems, onChange }} />}
    </SpaceBetween>
  )
}

interface ChoicesProps extends Omit<Props, 'toggle'> {
  set: (change: Partial<Management>) => void
  toMode: (mode: Management['mode']) => void
}

function Choices({ value, set, toMode, simpleOnly, catalogue, loading, problems }: ChoicesProps) {
  return (
    <SpaceBetween size="l">
      {!simpleOnly && (
        <FormField label="Event collection">
          <RadioGroup
            value={value.mode}
            items={[
              {
                value: 'simple',
                label: 'Simple event collection',
                description: 'Choose between read and write events, and leave out services that make many.',
              },
              {
                value: 'advanced',
                label: 'Advanced event collection',
                description: 'Use a template, or conditions on fields of the events.',
              },
            ]}
            onChange={({ detail }) => toMode(detail.value as Management['mode'])}
          />
        </FormField>
      )}
      {value.mode === 'simple' || simpleOnly ? (
        <Simple value={value} set={set} problem={problems?.management} />
      ) : (
        <SpaceBetween size="m">
          {problems?.management && <Alert type="error">{problems.management}</Alert>}
          <div>
            {value.selectors.map((draft, i) => (
              <SelectorEditor
                key={draft.key}
                title={`Management event selector ${i + 1}`}
                draft={draft}
                catalogue={catalogue}
                loading={loading}
                problems={problems?.drafts.get(draft.key)}
                onChange={(next) => set({ selectors: value.selectors.with(i, next) })}
                onRemove={value.selectors.length > 1 ? () => set({ selectors: value.selectors.filter((_, n) => n !== i) }) : undefined}
              />
            ))}
          </div>
          <Button formAction="none" onClick={() => set({ selectors: [...value.selectors, newSelector('Management')] })}>
            Add management event selector
          </Button>
        </SpaceBetween>
      )}
    </SpaceBetween>
  )
}

function Simple({ value, set, problem }: { value: Management; set: (change: Partial<Management>) => void; problem?: string }) {
  return (
    <SpaceBetween size="l">
      <FormField label="API activity" description="Choose the activities you want to log." errorText={problem}>
        <SpaceBetween size="xs">
          <Checkbox checked={value.read} onChange={({ detail }) => set({ read: detail.checked })}>
            Read
          </Checkbox>
          <Checkbox checked={value.write} onChange={({ detail }) => set({ write: detail.checked })}>
            Write
          </Checkbox>
        </SpaceBetween>
      </FormField>
      <SpaceBetween size="xs">
        <Checkbox
          checked={value.excludeKms}
          description="Encrypt, Decrypt, and GenerateDataKey are read events and usually most of all."
          onChange={({ detail }) => set({ excludeKms: detail.checked })}
        >
          Exclude AWS KMS events
        </Checkbox>
        <Checkbox checked={value.excludeRds} onChange={({ detail }) => set({ excludeRds: detail.checked })}>
          Exclude Amazon RDS Data API events
        </Checkbox>
      </SpaceBetween>
      {value.excludeKms && value.read && value.write && (
        <Box color="text-body-secondary">
          This leaves out Disable, Delete, and ScheduleKeyDeletion of KMS keys too. To keep these and leave out the many others, choose
          Write only and do not exclude AWS KMS events.
        </Box>
      )}
    </SpaceBetween>
  )
}
