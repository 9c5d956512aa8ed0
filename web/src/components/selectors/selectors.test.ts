import { describe, expect, it } from 'vitest'
import {
  applyTemplate,
  check,
  countValues,
  fromSelector,
  newSelector,
  templateLabels,
  toSelector,
  type SelectorDraft,
  type Template,
} from './draft'
import { operators, type Category, type Operator } from './rules'
import {
  allManagement,
  basicToAdvanced,
  fromAdvanced,
  fromBasic,
  newBasicData,
  switchToAdvanced,
  toAdvanced,
  toBasic,
  toGiven,
  type Selection,
} from './selection'
import { checkSelection, hasProblems, taken } from './selection-check'
import { parse, print } from './text'

const account = '111122223333'
const s3 = (more: Partial<SelectorDraft> = {}) => newSelector('Data', { resourceType: 'AWS::S3::Object', ...more })
const custom = (field: string, ...conditions: [Operator, string][]) =>
  s3({ template: 'custom', fields: [{ field, conditions: conditions.map(([operator, value]) => ({ operator, value })) }] })

describe('templates', () => {
  const fields: [Category, Template, unknown[]][] = [
    ['Management', 'all', []],
    ['Management', 'read', [{ Field: 'readOnly', Equals: ['true'] }]],
    ['Management', 'write', [{ Field: 'readOnly', Equals: ['false'] }]],
    ['Management', 'console', [{ Field: 'sessionCredentialFromConsole', Equals: ['true'] }]],
    [
      'Management',
      'no-service',
      [
        { Field: 'eventType', NotEquals: ['AwsServiceEvent'] },
        { Field: 'userIdentity.arn', NotStartsWith: ['arn:aws:sts::111122223333:assumed-role/AWSServiceRole'] },
      ],
    ],
    ['NetworkActivity', 'all', []],
    ['NetworkActivity', 'denied', [{ Field: 'errorCode', Equals: ['VpceAccessDenied'] }]],
  ]
  it.each(fields)('%s %s', (category, template, want) => {
    const draft = applyTemplate(newSelector(category, { eventSource: 'kms.amazonaws.com' }), template, account)
    const fixed = category === 'NetworkActivity' ? [{ Field: 'eventSource', Equals: ['kms.amazonaws.com'] }] : []
    expect(toSelector(draft)).toEqual({ FieldSelectors: [{ Field: 'eventCategory', Equals: [category] }, ...fixed, ...want] })
    expect(fromSelector(toSelector(draft)).template).toBe(template)
    expect(check(draft)).toEqual({})
  })
  it('names every template of a category', () => {
    for (const [category, labels] of Object.entries(templateLabels)) {
      for (const template of Object.keys(labels) as Template[]) {
        if (template === 'custom') continue
        const draft = applyTemplate(
          newSelector(category as Category, { resourceType: 'AWS::S3::Object', eventSource: 's3.amazonaws.com' }),
          template,
          account,
        )
        expect(fromSelector(toSelector(draft)).template).toBe(template)
      }
    }
  })
  it('leaves the conditions to whoever goes on with Custom', () => {
    const draft = applyTemplate(applyTemplate(s3(), 'read', account), 'custom', account)
    expect(draft.fields).toEqual([{ field: 'readOnly', conditions: [{ operator: 'Equals', value: 'true' }] }])
  })
})

describe('drafts', () => {
  it('come back from the API as they were', () => {
    const draft = s3({
      name: 'x',
      template: 'custom',
      fields: [
        {
          field: 'eventName',
          conditions: [
            { operator: 'Equals', value: 'PutObject' },
            { operator: 'Equals', value: 'DeleteObject' },
          ],
        },
        { field: 'resources.ARN', conditions: [{ operator: 'NotStartsWith', value: 'arn:aws:s3:::a/' }] },
      ],
    })
    const selector = toSelector(draft)
    expect(selector.FieldSelectors[2]).toEqual({ Field: 'eventName', Equals: ['PutObject', 'DeleteObject'] })
    expect({ ...fromSelector(selector), key: draft.key }).toEqual(draft)
    expect(countValues([selector])).toBe(5)
  })
  const bad: [string, SelectorDraft, string, RegExp][] = [
    ['no resource type', newSelector('Data'), 'resourceType', /resource type/],
    ['no event source', newSelector('NetworkActivity'), 'eventSource', /event source/],
    ['no fields', s3({ template: 'custom' }), 'fields', /Add a field/],
    ['an unknown field', custom('errorCode', ['Equals', 'x']), '0', /cannot be used/],
    ['an empty value', custom('eventName', ['Equals', '']), '0.0', /Enter a value/],
    ['a wildcard', custom('eventName', ['Equals', 'Get*']), '0.0', /Wildcards/],
    ['an operator', custom('readOnly', ['NotEquals', 'true']), '0.0', /does not take/],
    ['a value', custom('readOnly', ['Equals', 'yes']), '0.0', /Use true or false/],
    ['two of one', custom('readOnly', ['Equals', 'true'], ['Equals', 'false']), '0.1', /one value/],
    ['a repetition', custom('eventName', ['Equals', 'a'], ['Equals', 'a']), '0.1', /twice/],
    ['a contradiction', custom('eventName', ['Equals', 'a'], ['NotEquals', 'a']), '0.1', /contradicts/],
    ['the ARN of a bucket', custom('resources.ARN', ['Equals', 'arn:aws:s3:::b']), '0.0', /bucket/],
    ['part of an ARN', custom('resources.ARN', ['NotEquals', 'b/k']), '0.0', /whole ARN/],
    ['part of a user', custom('userIdentity.arn', ['Equals', 'alice']), '0.0', /whole ARN/],
    ['a long value', custom('eventName', ['Equals', 'x'.repeat(2049)]), '0.0', /2048/],
    ['two lines', custom('eventName', ['Equals', 'a\nb']), '0.0', /one line/],
    ['a long name', s3({ name: 'x'.repeat(1001) }), 'name', /1,000/],
  ]
  it.each(bad)('refuse %s', (_, draft, place, message) => expect(check(draft)[place]).toMatch(message))
  it('refuse ARNs of types without', () => {
    expect(
      check(newSelector('Data', { ...custom('resources.ARN', ['StartsWith', 'a']), resourceType: 'AWS::CloudWatch::Metric' }), [
        'AWS::CloudWatch::Metric',
      ])[0],
    ).toMatch(/no ARN/)
  })
  it('let keys have asterisks', () => expect(check(custom('resources.ARN', ['StartsWith', 'arn:aws:s3:::b/*']))).toEqual({}))
})

describe('selections', () => {
  it('say simply what can be said simply', () => {
    for (const change of [
      {},
      { read: false },
      { write: false },
      { excludeKms: true },
      { excludeKms: true, excludeRds: true, write: false },
    ]) {
      const s = allManagement()
      Object.assign(s.management, change)
      expect(fromAdvanced(toAdvanced(s))).toEqual(s)
      expect(fromBasic(toBasic({ ...s, basic: true }))).toEqual({ ...s, basic: true })
    }
  })
  it('keep other management selectors', () => {
    const list = [
      {
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Management'] },
          { Field: 'eventName', StartsWith: ['Delete'] },
        ],
      },
    ]
    const s = fromAdvanced(list)
    expect(s.management.mode).toBe('advanced')
    expect(toAdvanced(s)).toEqual(list)
  })
  it('count values up to 500', () => {
    const conditions = Array.from({ length: 497 }, (_, i) => ['Equals', `e${i}`] as [Operator, string])
    const s: Selection = { ...allManagement(), data: [custom('eventName', ...conditions)] }
    expect(checkSelection(s).all).toBeUndefined() // and eventCategory twice, and resources.type
    s.data = [custom('eventName', ...conditions, ['Equals', 'more'])]
    expect(checkSelection(s).all).toMatch(/501 values/)
  })
  it('want something', () => {
    const s = allManagement()
    s.management.on = false
    expect(checkSelection(s).all).toMatch(/at least one/)
    s.management = { ...s.management, on: true, read: false, write: false }
    expect(checkSelection(s).management).toMatch(/Read, Write/)
  })
  it('tell what Insights have', () => {
    const s = allManagement()
    expect(taken(s)).toEqual({ reads: true, writes: true, data: false })
    s.management.write = false
    expect(taken(s)).toEqual({ reads: true, writes: false, data: false })
  })
})

describe('basic selectors', () => {
  const basic = (): Selection => ({
    ...allManagement(),
    basic: true,
    basicData: [
      {
        ...newBasicData('AWS::S3::Object'),
        all: { read: true, write: false },
        rows: [{ value: 'arn:aws:s3:::b/', read: true, write: true }],
      },
    ],
  })
  it('have one selector for each of read and write', () => {
    expect(toBasic(basic())).toEqual([
      { ReadWriteType: 'All', IncludeManagementEvents: true, DataResources: [], ExcludeManagementEventSources: [] },
      {
        ReadWriteType: 'ReadOnly',
        IncludeManagementEvents: false,
        DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::'] }],
        ExcludeManagementEventSources: [],
      },
      {
        ReadWriteType: 'WriteOnly',
        IncludeManagementEvents: false,
        DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::b/'] }],
        ExcludeManagementEventSources: [],
      },
    ])
  })
  it('are checked', () => {
    const s = basic()
    expect(hasProblems(checkSelection(s))).toBe(false)
    s.basicData[0]!.rows[0]!.value = 'arn:aws:s3:::b'
    expect(checkSelection(s).data).toMatch(/does not name a resource/)
  })
  it('become advanced ones that mean the same', () => {
    const s = switchToAdvanced(basic())
    expect(s.basic).toBe(false)
    expect(toAdvanced(s)).toEqual(basicToAdvanced(toBasic(basic())))
    expect(toAdvanced(s)[2]!.FieldSelectors).toContainEqual({ Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::b/'] })
  })
  it('that differ in what they exclude are shown as advanced ones', () => {
    const s = fromBasic([
      { ReadWriteType: 'ReadOnly' },
      { ReadWriteType: 'WriteOnly', ExcludeManagementEventSources: ['kms.amazonaws.com'] },
    ])
    expect(s.basic).toBe(false)
    expect(s.management.selectors).toHaveLength(2)
  })
})

describe('JSON', () => {
  it('goes both ways', () => {
    const s: Selection = {
      ...allManagement(),
      data: [custom('eventName', ['NotEquals', 'a'])],
      network: [newSelector('NetworkActivity', { eventSource: 's3.amazonaws.com' })],
    }
    const read = parse(print(toGiven(s)), 'store')
    expect('selection' in read && toGiven(read.selection)).toEqual(toGiven(s))
    const basic = parse(print({ EventSelectors: toBasic(allManagement()) }), 'trail')
    expect('selection' in basic && basic.selection.basic).toBe(true)
  })
  it('takes what get-event-selectors prints', () => {
    const read = parse(JSON.stringify({ TrailARN: 'x', AdvancedEventSelectors: toAdvanced(allManagement()) }), 'trail')
    expect('selection' in read && read.selection.management.mode).toBe('simple')
  })
  const cases: [string, RegExp][] = [
    ['{', /not JSON/],
    ['"x"', /list of event selectors/],
    ['[]', /at least one/],
    ['[{}]', /FieldSelectors/],
    ['[{"FieldSelectors":[]}]', /at least one field/],
    ['[{"FieldSelectors":[{"Field":"eventCategory","Equal":["Data"]}]}]', /"Equal" is not a member/],
    ['[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Insight"]}]}]', /eventCategory has to equal/],
    ['[{"FieldSelectors":[{"Field":"eventCategory","Equals":"Data"}]}]', /not a list of texts/],
    ['[{"FieldSelectors":[{"Field":"eventCategory"}]}]', /no operator/],
    ['[{"Name":1,"FieldSelectors":[]}]', /Name is not a text/],
  ]
  it.each(cases)('%s is no selector', (text, message) => {
    const read = parse(text, 'store')
    expect('error' in read && read.error).toMatch(message)
  })
  it('knows all operators', () => expect(operators).toHaveLength(6))
})

describe('a text of selectors', () => {
  const refused: [string, unknown, RegExp][] = [
    ['of an unknown basic type', [{ DataResources: [{ Type: 'AWS::Foo', Values: ['x'] }] }], /do not have the type AWS::Foo/],
    ['of two categories', [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management', 'Data'] }] }], /eventCategory takes one value/],
    [
      'of no exact resource type',
      [{ FieldSelectors: [{ Field: 'eventCategory', Equals: ['Data'] }, { Field: 'resources.type', StartsWith: ['AWS::S3'] }] }],
      /resources.type takes one value, with Equals/,
    ],
  ]
  for (const [what, value, want] of refused) {
    it(`${what} is refused`, () => {
      const read = parse(JSON.stringify(value), 'trail')
      expect('error' in read && read.error).toMatch(want)
    })
  }
  it('that cannot be read is not left out silently', () => {
    const found = checkSelection({ ...allManagement(), unread: { text: '[', error: 'This is not JSON.' } })
    expect(found.all).toMatch(/JSON view cannot be read. This is not JSON./)
    expect(hasProblems(found)).toBe(true)
  })
})
