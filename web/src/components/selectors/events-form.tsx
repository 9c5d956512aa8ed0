import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useState } from 'react'
import { Problem } from '../problem'
import { Confirm } from '../confirm'
import { BasicDataEvents } from './basic'
import { useCatalogue } from './catalogue'
import { newSelector } from './draft'
import { JsonView } from './json-view'
import { ManagementEvents } from './management'
import { newBasicData, switchToAdvanced, type Selection } from './selection'
import { type SelectionProblems } from './selection-check'
import { Selectors, type Shared } from './selector-list'

// Part is one of the kinds of events of a selection.
export type Part = 'management' | 'data' | 'network'

interface Props {
  value: Selection
  onChange: (value: Selection) => void
  target: 'trail' | 'store'
  // parts are those that are chosen.
  parts: readonly Part[]
  // toggle lets the management events be switched off here.
  toggle?: boolean
  // problems are what has to be corrected, when that was asked for.
  problems?: SelectionProblems
}

// EventsForm chooses which CloudTrail events a trail or an event data store logs.
export function EventsForm({ value, onChange, target, parts, toggle, problems }: Props) {
  const { catalogue, loading, error } = useCatalogue()
  const shared = { catalogue, loading, problems }
  const change = (next: Selection) => onChange({ ...next, unread: undefined })
  return (
    <SpaceBetween size="l">
      {!!error && <Problem header="The lists of resource types and event sources could not be read" error={error} />}
      {problems?.all && <Alert type="error">{problems.all}</Alert>}
      {parts.includes('management') && (
        <Container
          header={
            <Header
              variant="h2"
              description="Management events show information about management operations performed on resources in the account."
            >
              Management events
            </Header>
          }
        >
          <ManagementEvents
            {...shared}
            toggle={toggle}
            value={value.management}
            simpleOnly={value.basic}
            onChange={(management) => change({ ...value, management })}
          />
        </Container>
      )}
      {parts.includes('data') && <DataEvents {...shared} value={value} onChange={change} target={target} />}
      {parts.includes('network') && (
        <Container
          header={
            <Header variant="h2" description="Network activity events show calls of services through VPC endpoints of the account.">
              Network activity events
            </Header>
          }
        >
          {value.basic ? (
            <Alert
              type="info"
              action={
                <Button
                  formAction="none"
                  onClick={() => change({ ...switchToAdvanced(value), network: [newSelector('NetworkActivity')] })}
                >
                  Switch to advanced event selectors
                </Button>
              }
            >
              Basic event selectors cannot log network activity events. Switching keeps what is chosen.
            </Alert>
          ) : (
            <Selectors
              {...shared}
              list={value.network}
              title="Network activity event selector"
              add="Add network activity event selector"
              make={() => newSelector('NetworkActivity')}
              onChange={(network) => change({ ...value, network })}
            />
          )}
        </Container>
      )}
      <JsonView value={value} onChange={onChange} target={target} />
    </SpaceBetween>
  )
}

function DataEvents({ value, onChange, target, ...shared }: Shared & Omit<Props, 'parts' | 'problems' | 'toggle'>) {
  const [asking, setAsking] = useState(false)
  const toBasic = () => {
    setAsking(false)
    const management = { ...value.management, mode: 'simple' as const, selectors: [] }
    onChange({
      ...value,
      management,
      basic: true,
      data: [],
      network: [],
      basicData: [{ ...newBasicData('AWS::S3::Object'), all: { read: true, write: true } }],
    })
  }
  const loses = value.data.length > 0 || value.network.length > 0 || value.management.mode === 'advanced'
  const switcher = target === 'trail' && (
    <Button formAction="none" onClick={() => (value.basic ? onChange(switchToAdvanced(value)) : loses ? setAsking(true) : toBasic())}>
      {value.basic ? 'Switch to advanced event selectors' : 'Switch to basic event selectors'}
    </Button>
  )
  return (
    <Container
      header={
        <Header
          variant="h2"
          description="Data events show information about the resource operations performed on or within a resource."
          actions={switcher}
        >
          Data events
        </Header>
      }
    >
      <SpaceBetween size="m">
        {value.basic ? (
          <SpaceBetween size="m">
            <Box color="text-body-secondary">
              Basic event selectors log data events of S3, Lambda, and DynamoDB. Switching to advanced event selectors keeps what is chosen.
            </Box>
            {shared.problems?.data && <Alert type="error">{shared.problems.data}</Alert>}
            <BasicDataEvents value={value.basicData} onChange={(basicData) => onChange({ ...value, basicData })} />
          </SpaceBetween>
        ) : (
          <Selectors
            {...shared}
            list={value.data}
            title="Data event"
            add="Add data event type"
            make={() => newSelector('Data')}
            onChange={(data) => onChange({ ...value, data })}
          />
        )}
      </SpaceBetween>
      <Confirm
        visible={asking}
        header="Switch to basic event selectors?"
        action="Switch"
        onConfirm={toBasic}
        onDismiss={() => setAsking(false)}
      >
        Basic event selectors cannot say what these advanced ones do. The data events, network activity events, and advanced management
        event selectors that you chose here are removed from this form.
      </Confirm>
    </Container>
  )
}
