import Box from '@cloudscape-design/components/box'
import Button, { type ButtonProps } from '@cloudscape-design/components/button'
import Checkbox from '@cloudscape-design/components/checkbox'
import Container from '@cloudscape-design/components/container'
import FormField from '@cloudscape-design/components/form-field'
import Grid from '@cloudscape-design/components/grid'
import Header from '@cloudscape-design/components/header'
import Input from '@cloudscape-design/components/input'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useRef } from 'react'
import { BrowseBuckets } from '../bucket-picker'
import { usePaged } from './paged'
import { basicTypes, newBasicData, type BasicData } from './selection'

interface Props {
  value: BasicData[]
  onChange: (value: BasicData[]) => void
}

// BasicDataEvents chooses data events by basic event selectors.
export function BasicDataEvents({ value, onChange }: Props) {
  const unused = basicTypes.filter((t) => !value.some((d) => d.type === t.type))
  const adder = useRef<ButtonProps.Ref>(null)
  return (
    <SpaceBetween size="m">
      <div>
        {value.map((data, i) => (
          <Source
            key={data.key}
            data={data}
            unused={unused.map((t) => t.type)}
            onChange={(next) => onChange(value.with(i, next))}
            onRemove={() => {
              onChange(value.filter((_, n) => n !== i))
              adder.current?.focus() // the button that had the focus goes
            }}
          />
        ))}
      </div>
      <Button
        ref={adder}
        formAction="none"
        disabled={unused.length === 0}
        disabledReason="Basic event selectors know S3, Lambda, and DynamoDB only."
        onClick={() => onChange([...value, { ...newBasicData(unused[0]!.type), all: { read: true, write: true } }])}
      >
        Add data event type
      </Button>
    </SpaceBetween>
  )
}

function Source({
  data,
  unused,
  onChange,
  onRemove,
}: {
  data: BasicData
  unused: string[]
  onChange: (data: BasicData) => void
  onRemove: () => void
}) {
  const type = basicTypes.find((t) => t.type === data.type)!
  const setRow = (i: number, change: Partial<Row>) =>
    onChange({ ...data, rows: data.rows.with(i, { ...data.rows[i]!, ...change }) })
  const adder = useRef<ButtonProps.Ref>(null)
  const { from, to, show, pages } = usePaged(data.rows.length, 25, 'resource')
  const addRow = (value: string) => {
    onChange({ ...data, rows: [...data.rows, { value, read: true, write: true }] })
    show(data.rows.length)
  }
  return (
    <Container
      variant="stacked"
      header={
        <Header
          variant="h3"
          actions={
            <Button formAction="none" ariaLabel={`Remove data event: ${type.label}`} onClick={onRemove}>
              Remove
            </Button>
          }
        >
          Data event: {type.label}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <FormField label="Data event source">
          <Select
            selectedOption={{ value: type.type, label: type.label }}
            options={basicTypes
              .filter((t) => t.type === type.type || unused.includes(t.type))
              .map((t) => ({ value: t.type, label: t.label }))}
            onChange={({ detail }) =>
              onChange({ ...newBasicData(detail.selectedOption.value!), key: data.key, all: { read: true, write: true } })
            }
          />
        </FormField>
        <FormField label={type.everything} description="Also what others own, when users of this account use it.">
          <SpaceBetween size="m" direction="horizontal">
            <Checkbox checked={data.all.read} onChange={({ detail }) => onChange({ ...data, all: { ...data.all, read: detail.checked } })}>
              Read
            </Checkbox>
            <Checkbox
              checked={data.all.write}
              onChange={({ detail }) => onChange({ ...data, all: { ...data.all, write: detail.checked } })}
            >
              Write
            </Checkbox>
          </SpaceBetween>
        </FormField>
        {!(data.all.read && data.all.write) && (
          <FormField label={type.single} description="What is chosen for all holds for these too." stretch>
            <SpaceBetween size="xs">
              {data.rows.slice(from, to).map((row, n) => (
                <Resource
                  key={from + n}
                  number={from + n + 1}
                  row={row}
                  all={data.all}
                  placeholder={type.form}
                  onChange={(change) => setRow(from + n, change)}
                  onRemove={() => {
                    onChange({ ...data, rows: data.rows.filter((r) => r !== row) })
                    adder.current?.focus()
                  }}
                />
              ))}
              {pages}
              {data.rows.length === 0 && <Box color="text-body-secondary">No single resources are chosen.</Box>}
              <SpaceBetween size="xs" direction="horizontal">
                <Button ref={adder} formAction="none" onClick={() => addRow('')}>
                  {type.label === 'S3' ? 'Add bucket' : 'Add row'}
                </Button>
                {type.label === 'S3' && <BrowseBuckets label="Browse buckets" onChoose={(bucket) => addRow(`arn:aws:s3:::${bucket}/`)} />}
              </SpaceBetween>
            </SpaceBetween>
          </FormField>
        )}
      </SpaceBetween>
    </Container>
  )
}

type Row = BasicData['rows'][number]

interface ResourceProps {
  number: number
  row: Row
  all: BasicData['all']
  placeholder: string
  onChange: (change: Partial<Row>) => void
  onRemove: () => void
}

const columns = [{ colspan: { default: 12, xxs: 7 } }, { colspan: { default: 12, xxs: 3 } }, { colspan: { default: 12, xxs: 2 } }]

function Resource({ number, row, all, placeholder, onChange, onRemove }: ResourceProps) {
  return (
    <Grid gridDefinition={columns}>
      <Input
        ariaLabel={`Resource ${number}`}
        value={row.value}
        placeholder={placeholder}
        spellcheck={false}
        onChange={({ detail }) => onChange({ value: detail.value })}
      />
      <SpaceBetween size="m" direction="horizontal">
        <Checkbox checked={row.read || all.read} disabled={all.read} onChange={({ detail }) => onChange({ read: detail.checked })}>
          Read
        </Checkbox>
        <Checkbox checked={row.write || all.write} disabled={all.write} onChange={({ detail }) => onChange({ write: detail.checked })}>
          Write
        </Checkbox>
      </SpaceBetween>
      <Button formAction="none" iconName="close" variant="icon" ariaLabel={`Remove resource ${number}`} onClick={onRemove} />
    </Grid>
  )
}
