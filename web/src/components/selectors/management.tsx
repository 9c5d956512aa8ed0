import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Checkbox from '@cloudscape-design/components/checkbox'
import FormField from '@cloudscape-design/components/form-field'
import RadioGroup from '@cloudscape-design/components/radio-group'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { fromSelector, newSelector } from './draft'
import { managementSelectors, type Management } from './selection'
import { Selectors, type Shared } from './selector-list'

interface Props extends Shared {
  value: Management
  onChange: (value: Management) => void
  // simple is for those who cannot have advanced selectors here.
  simpleOnly?: boolean
  // toggle lets them be switched off.
  toggle?: boolean
}

// ManagementEvents chooses which management events are logged.
export function ManagementEvents({ value, onChange, simpleOnly, toggle, ...shared }: Props) {
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
      {value.on && <Choices {...shared} value={value} set={set} toMode={toMode} simpleOnly={simpleOnly} />}
    </SpaceBetween>
  )
}

interface ChoicesProps extends Shared {
  value: Management
  simpleOnly?: boolean
  set: (change: Partial<Management>) => void
  toMode: (mode: Management['mode']) => void
}

function Choices({ value, set, toMode, simpleOnly, problems, ...shared }: ChoicesProps) {
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
          <Selectors
            {...shared}
            problems={problems}
            list={value.selectors}
            title="Management event selector"
            add="Add management event selector"
            make={() => newSelector('Management')}
            keepOne
            onChange={(selectors) => set({ selectors })}
          />
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
