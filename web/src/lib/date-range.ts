import type { DateRangePickerProps } from '@cloudscape-design/components/date-range-picker'

const days: Record<string, number> = { second: 1 / 86400, minute: 1 / 1440, hour: 1 / 24, day: 1, week: 7, month: 30, year: 365 }

// checkRange says what is wrong with a range of times, for a picker of them.
export function checkRange(value: DateRangePickerProps.Value | null): DateRangePickerProps.ValidationResult {
  if (value?.type === 'absolute' && !(new Date(value.startDate) < new Date(value.endDate)))
    return { valid: false, errorMessage: 'The start has to be before the end.' }
  // A date of JavaScript does not reach back for ever.
  if (value?.type === 'relative' && !(value.amount > 0 && value.amount * days[value.unit]! <= 36_500))
    return { valid: false, errorMessage: 'Enter a time of at most 100 years.' }
  return { valid: true }
}
