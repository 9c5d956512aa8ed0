import Autosuggest from '@cloudscape-design/components/autosuggest'
import Box from '@cloudscape-design/components/box'
import Button, { type ButtonProps } from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Grid from '@cloudscape-design/components/grid'
import Input from '@cloudscape-design/components/input'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useRef } from 'react'
import { BrowseBuckets } from '../bucket-picker'
import type { Catalogue } from './catalogue'
import type { Condition, FieldDraft, Problems, SelectorDraft } from './draft'
import { usePaged } from './paged'
import { fieldRules, operatorLabels, ruleOf, type Operator } from './rules'

interface Props {
  draft: SelectorDraft
  onChange: (draft: SelectorDraft) => void
  catalogue: Catalogue
  problems?: Problems
}

// rowsAtOnce is how many conditions of a field are shown.
const rowsAtOnce = 25

const columns = [
  { colspan: { default: 12, xxs: 3 } },
  { colspan: { default: 12, xxs: 3 } },
  { colspan: { default: 12, xxs: 4 } },
  { colspan: { default: 12, xxs: 2 } },
]

// Conditions is the builder of a selector's own conditions: rows of field,
// operator and value.
export function Conditions({ draft, onChange, catalogue, problems = {} }: Props) {
  const set = (fields: FieldDraft[]) => onChange({ ...draft, fields })
  const rules = fieldRules[draft.category]
  const unused = rules.filter((rule) => !draft.fields.some((f) => f.field === rule.field))
  const adder = useRef<ButtonProps.Ref>(null)
  const remove = (i: number) => {
    set(draft.fields.filter((_, n) => n !== i))
    adder.current?.focus() // the button that had the focus goes
  }
  const add = () => {
    const rule = unused[0]!
    set([...draft.fields, { field: rule.field, conditions: [{ operator: rule.operators[0]!, value: rule.values?.[0] ?? '' }] }])
  }
  return (
    <SpaceBetween size="m">
      {draft.fields.map((field, i) => (
        <Field
          key={i}
          field={field}
          index={i}
          draft={draft}
          catalogue={catalogue}
          problems={problems}
          onChange={(next) => (next ? set(draft.fields.with(i, next)) : remove(i))}
        />
      ))}
      {problems.fields && <Box color="text-status-error">{problems.fields}</Box>}
      <Button
        ref={adder}
        iconName="add-plus"
        formAction="none"
        disabled={unused.length === 0}
        disabledReason="Every field is there already."
        onClick={add}
      >
        Field
      </Button>
    </SpaceBetween>
  )
}

interface FieldProps {
  field: FieldDraft
  index: number
  draft: SelectorDraft
  catalogue: Catalogue
  problems: Problems
  onChange: (field: FieldDraft | null) => void
}

function Field({ field, index, draft, catalogue, problems, onChange }: FieldProps) {
  const rule = ruleOf(draft.category, field.field)
  const operators = rule?.operators ?? (Object.keys(operatorLabels) as Operator[])
  const setConditions = (conditions: Condition[]) => onChange(conditions.length ? { ...field, conditions } : null)
  // add puts a condition behind the others; objects of a bucket begin with its ARN.
  const add = (value: string) => {
    const last = field.conditions.at(-1)?.operator ?? operators[0]!
    const operator = !value ? last : last.startsWith('Not') ? 'NotStartsWith' : 'StartsWith'
    const kept = value ? field.conditions.filter((c) => c.value !== '') : field.conditions
    setConditions([...kept, { operator, value }])
    show(kept.length)
  }
  const adder = useRef<ButtonProps.Ref>(null)
  const remove = (j: number) => {
    setConditions(field.conditions.filter((_, n) => n !== j))
    if (field.conditions.length > 1) adder.current?.focus()
  }
  const wrong = field.conditions.findIndex((_, j) => problems[`${index}.${j}`])
  const { from, to, show, pages } = usePaged(field.conditions.length, rowsAtOnce, 'condition', wrong)
  const choose = (name: string) => {
    const next = ruleOf(draft.category, name)!
    onChange({ field: name, conditions: [{ operator: next.operators[0]!, value: next.values?.[0] ?? '' }] })
  }
  return (
    <SpaceBetween size="xs">
      {field.conditions.slice(from, to).map((condition, n) => {
        const j = from + n
        const first = n === 0
        const change = (next: Partial<Condition>) => setConditions(field.conditions.with(j, { ...condition, ...next }))
        return (
          <Grid key={j} gridDefinition={columns}>
            <div>
              {first && (
                <FormField label="Field" errorText={problems[index]} stretch>
                  <Select
                    selectedOption={field.field ? { value: field.field, label: field.field } : null}
                    options={fieldRules[draft.category].map((r) => ({
                      value: r.field,
                      label: r.field,
                      disabled: r.field !== field.field && draft.fields.some((f) => f.field === r.field),
                    }))}
                    onChange={({ detail }) => choose(detail.selectedOption.value!)}
                  />
                </FormField>
              )}
            </div>
            <FormField label={first ? 'Operator' : undefined} stretch>
              <Select
                ariaLabel={first ? undefined : `Operator ${j + 1} of ${field.field}`}
                selectedOption={{ value: condition.operator, label: operatorLabels[condition.operator] }}
                options={operators.map((o) => ({ value: o, label: operatorLabels[o] }))}
                onChange={({ detail }) => change({ operator: detail.selectedOption.value as Operator })}
              />
            </FormField>
            <FormField label={first ? 'Value' : undefined} errorText={problems[`${index}.${j}`]} stretch>
              <Value
                label={first ? undefined : `Value ${j + 1} of ${field.field}`}
                field={field.field}
                values={rule?.values}
                placeholder={rule?.example}
                suggestions={field.field === 'eventSource' ? catalogue.eventSources : []}
                value={condition.value}
                onChange={(value) => change({ value })}
              />
            </FormField>
            <Box padding={first ? { top: 'xl' } : undefined}>
              <Button
                formAction="none"
                ariaLabel={`Remove condition ${j + 1} of ${field.field}`}
                onClick={() => remove(j)}
              >
                Remove
              </Button>
            </Box>
          </Grid>
        )
      })}
      {pages}
      {!rule?.single && (
        <SpaceBetween size="s" direction="horizontal" alignItems="center">
          <Button
            ref={adder}
            variant="inline-link"
            formAction="none"
            ariaLabel={`Add a condition to ${field.field}`}
            onClick={() => add('')}
          >
            + Condition
          </Button>
          {field.field === 'resources.ARN' && draft.resourceType === 'AWS::S3::Object' && (
            <BrowseBuckets label="Browse buckets" onChoose={(bucket) => add(`arn:aws:s3:::${bucket}/`)} />
          )}
        </SpaceBetween>
      )}
    </SpaceBetween>
  )
}

interface ValueProps {
  label?: string
  field: string
  values?: readonly string[]
  placeholder?: string
  suggestions: string[]
  value: string
  onChange: (value: string) => void
}

function Value({ label, values, placeholder, suggestions, value, onChange }: ValueProps) {
  if (values) {
    return (
      <Select
        ariaLabel={label}
        selectedOption={value ? { value, label: value } : null}
        placeholder="Choose a value"
        options={values.map((v) => ({ value: v, label: v }))}
        onChange={({ detail }) => onChange(detail.selectedOption.value!)}
      />
    )
  }
  if (suggestions.length) {
    return (
      <Autosuggest
        ariaLabel={label}
        value={value}
        placeholder={placeholder}
        options={suggestions.map((v) => ({ value: v }))}
        enteredTextLabel={(text) => `Use "${text}"`}
        onChange={({ detail }) => onChange(detail.value)}
      />
    )
  }
  return (
    <Input ariaLabel={label} value={value} placeholder={placeholder} spellcheck={false} onChange={({ detail }) => onChange(detail.value)} />
  )
}
