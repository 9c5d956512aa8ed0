// What advanced event selectors may say, as the server checks it.

export type Category = 'Management' | 'Data' | 'NetworkActivity'

export const operators = ['Equals', 'StartsWith', 'EndsWith', 'NotEquals', 'NotStartsWith', 'NotEndsWith'] as const
export type Operator = (typeof operators)[number]

// operatorLabels are the operators in the words of the console.
export const operatorLabels: Record<Operator, string> = {
  Equals: 'equals',
  StartsWith: 'starts with',
  EndsWith: 'ends with',
  NotEquals: 'does not equal',
  NotStartsWith: 'does not start with',
  NotEndsWith: 'does not end with',
}

const opposites: Record<Operator, Operator> = {
  Equals: 'NotEquals',
  NotEquals: 'Equals',
  StartsWith: 'NotStartsWith',
  NotStartsWith: 'StartsWith',
  EndsWith: 'NotEndsWith',
  NotEndsWith: 'EndsWith',
}

// oppositeOf is the operator of the contrary sense.
export const oppositeOf = (operator: Operator) => opposites[operator]

// FieldRule is what a field takes.
export interface FieldRule {
  field: string
  operators: readonly Operator[]
  // values are the only ones allowed; absent allows any.
  values?: readonly string[]
  // single allows one value.
  single?: boolean
  example: string
}

const readOnly: FieldRule = { field: 'readOnly', operators: ['Equals'], values: ['true', 'false'], single: true, example: 'true' }
const eventName: FieldRule = { field: 'eventName', operators, example: 'PutObject' }
const userARN: FieldRule = { field: 'userIdentity.arn', operators, example: 'arn:aws:iam::111122223333:user/alice' }
const fromConsole: FieldRule = {
  field: 'sessionCredentialFromConsole',
  operators: ['Equals', 'NotEquals'],
  values: ['true'],
  example: 'true',
}
const eventSource: FieldRule = { field: 'eventSource', operators, example: 'ec2.amazonaws.com' }
const eventType: FieldRule = { field: 'eventType', operators, example: 'AwsServiceEvent' }

// fieldRules has the fields that a person can filter on. What every selector of a
// category has anyway (eventCategory, resources.type, the source of network
// activity) is chosen elsewhere.
export const fieldRules: Record<Category, readonly FieldRule[]> = {
  Management: [readOnly, eventName, userARN, fromConsole, eventSource, eventType],
  Data: [
    readOnly,
    eventName,
    { field: 'resources.ARN', operators, example: 'arn:aws:s3:::amzn-s3-demo-bucket/' },
    eventSource,
    eventType,
    fromConsole,
    userARN,
  ],
  NetworkActivity: [
    eventName,
    { field: 'errorCode', operators: ['Equals'], values: ['VpceAccessDenied'], example: 'VpceAccessDenied' },
    { field: 'vpcEndpointId', operators, example: 'vpce-1a2b3c4d' },
  ],
}

// ruleOf is the rule of a field in a category.
export const ruleOf = (category: Category, field: string) => fieldRules[category].find((rule) => rule.field === field)

// maxValues is how many values the advanced selectors of a trail or an event data
// store have in total.
export const maxValues = 500

const maxLength = 2048
const wholeARN = /^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+/s

// checkValue says what is wrong with a value of a field.
export function checkValue(rule: FieldRule, operator: Operator, value: string, resourceType?: string): string | undefined {
  if (value === '') return 'Enter a value.'
  if ([...value].length > maxLength || /[\n\r\u0085\u2028\u2029]/.test(value))
    return `A value is one line of at most ${maxLength} characters.`
  if (rule.values && !rule.values.includes(value)) return `Use ${rule.values.join(' or ')}.`
  const exact = operator === 'Equals' || operator === 'NotEquals'
  if (rule.field === 'userIdentity.arn' && exact && !wholeARN.test(value)) return 'Enter a whole ARN, or use "starts with" or "ends with".'
  if (rule.field === 'resources.ARN') return exact ? checkResourceARN(value, resourceType) : undefined
  if (value.includes('*')) return 'Wildcards (*) are not supported. Use "starts with" or "ends with".'
  return undefined
}

function checkResourceARN(value: string, resourceType?: string): string | undefined {
  if (!wholeARN.test(value)) return 'Enter a whole ARN, or use "starts with" or "ends with".'
  if (resourceType === 'AWS::S3::Object') {
    const [, , service, , , ...rest] = value.split(':')
    if (service !== 's3') return 'This is not the ARN of an S3 object.'
    if (!rest.join(':').includes('/')) return `This is the ARN of a bucket. For all its objects, use "starts with" and ${value}/.`
  }
  return undefined
}
