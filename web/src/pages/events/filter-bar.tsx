import PropertyFilter, { type PropertyFilterProps } from '@cloudscape-design/components/property-filter'
import { useMemo } from 'react'
import type { LookupAttribute } from '~/api/operations.gen'
import { count, visible } from '~/lib/text'
import { attributeKeys, attributeNames, attributesOf, mostAttributes, tokensOf, type AttributeKey } from './filter'
import type { Bounds } from './range'
import { useSuggestions } from './suggest'

interface Props {
  region: string
  attributes: LookupAttribute[]
  bounds: Bounds
  onChange: (attributes: LookupAttribute[]) => void
  countText: string
}

const equals = [{ operator: '=' as const, format: (value: unknown) => visible(String(value ?? '')) }]

const properties: PropertyFilterProps.FilteringProperty[] = attributeKeys.map((key) => ({
  key, propertyLabel: attributeNames[key], groupValuesLabel: `${attributeNames[key]} values`, operators: equals,
}))

const fixed: PropertyFilterProps.FilteringOption[] = ['false', 'true'].map((value) => ({ propertyKey: 'ReadOnly', value }))

// FilterBar is the filter of the event history: exact values of the eight lookup
// attributes, all of which must match.
export function FilterBar({ region, attributes, bounds, onChange, countText }: Props) {
  const { state, load } = useSuggestions(region, attributes, bounds)
  const options = useMemo(() => {
    const found = state.values.map(({ value, count: n }) => ({
      propertyKey: state.key!, value, label: visible(value), tags: [n === 1 ? '1 event' : `${count(n)} events`],
    }))
    return [...fixed, ...found]
  }, [state])
  return (
    <PropertyFilter
      query={{ operation: 'and', tokens: tokensOf(attributes) }}
      onChange={({ detail }) => onChange(attributesOf(detail.tokens))}
      filteringProperties={properties}
      filteringOptions={options}
      filteringStatusType={state.status}
      onLoadItems={({ detail }) => {
        const key = detail.filteringProperty?.key as AttributeKey | undefined
        if (key && key !== 'ReadOnly') load(key, detail.filteringText)
      }}
      hideOperations
      disableFreeTextFiltering
      expandToViewport
      countText={countText}
      filteringPlaceholder="Lookup attributes: event name, user name, resource, …"
      filteringAriaLabel="Filter events by lookup attributes"
      filteringLoadingText="Looking for values"
      filteringErrorText="Values could not be loaded."
      filteringRecoveryText="Try again"
      filteringFinishedText={state.values.length > 0 ? 'Most frequent values of recent events. Any other value can be entered.' : undefined}
      filteringEmpty="No values were found. Any full value can be entered."
      filteringConstraintText={attributes.length >= mostAttributes ? `A lookup takes ${mostAttributes} attributes at most.` : undefined}
      i18nStrings={{
        enteredTextLabel: (value) => `Use: "${value}"`,
        removeTokenButtonAriaLabel: (token) => `Remove filter ${token.propertyLabel} ${token.operator} ${token.value}`,
        clearFiltersText: 'Clear filter',
      }}
    />
  )
}
