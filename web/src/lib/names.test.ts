import { describe, expect, it } from 'vitest'
import { checkBucket, checkChannelName, checkKey, checkLogGroup, checkName, checkPrefix, checkRole, checkS3Uri, checkTopic } from './names'

const account = '111122223333'

const cases: [string, (text: string) => string | undefined, string[], string[]][] = [
  [
    'checkName',
    (n) => checkName('trail', n),
    ['abc', 'my-trail', 'a.b_c-9', 'x'.repeat(128)],
    ['', ' ', 'ab', 'x'.repeat(129), '-abc', 'abc.', 'my-_name', 'a--b', '192.168.5.4', 'naïve', 'a b c'],
  ],
  ['checkChannelName', checkChannelName, ['abc', '--a', 'a..b'], ['', 'ab', 'a b', 'x'.repeat(129)]],
  [
    'checkBucket',
    checkBucket,
    ['abc', 'aws-cloudtrail-logs-111122223333-1a2b3c4d', 'a.b', 'a--b'],
    ['', 'ab', 'x'.repeat(64), 'Abc', 'a_b', 'a..b', 'a.-b', 'a-.b', 'abc-', '-abc', '198.51.100.24'],
  ],
  ['checkPrefix', checkPrefix, ['', 'a/b', 'x'.repeat(200)], ['x'.repeat(201)]],
  [
    'checkTopic',
    checkTopic,
    ['a', 'my_topic-1', 'arn:aws:sns:us-east-1:111122223333:t', 't.fifo'],
    ['', 'a.b', 'x'.repeat(257), 'arn:aws:sqs:us-east-1:111122223333:t', 'arn:aws:sns:us-east-1:1:t'],
  ],
  [
    'checkKey',
    checkKey,
    [
      'alias/MyAliasName',
      '1234abcd-12ab-34cd-56ef-1234567890ab',
      'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
      'arn:aws:kms:us-east-1:111122223333:alias/x',
    ],
    ['', 'x', 'alias/', 'alias/aws/s3', 'arn:aws:s3:::b'],
  ],
  [
    'checkRole',
    (r) => checkRole(r, account),
    ['arn:aws:iam::111122223333:role/r', 'arn:aws:iam::111122223333:role/service-role/r'],
    ['', 'r', 'arn:aws:iam::444455556666:role/r', 'arn:aws:iam::111122223333:user/r'],
  ],
  [
    'checkLogGroup',
    (g) => checkLogGroup(g, account),
    ['arn:aws:logs:us-east-1:111122223333:log-group:g:*'],
    ['', 'arn:aws:logs:us-east-1:111122223333:log-group:g', 'arn:aws:logs:us-east-1:444455556666:log-group:g:*'],
  ],
  [
    'checkS3Uri',
    checkS3Uri,
    ['s3://bucket', 's3://bucket/', 's3://bucket/a/b/'],
    ['', 'bucket', 'https://bucket/', 's3:///a', 's3://b', 's3://bucket/?a'],
  ],
]

describe.each(cases)('%s', (_, check, good, bad) => {
  it.each(good)('takes %j', (text) => expect(check(text)).toBeUndefined())
  it.each(bad)('refuses %j', (text) => expect(check(text)).toMatch(/\.$/))
})
