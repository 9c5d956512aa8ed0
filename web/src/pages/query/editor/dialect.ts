import { SQLDialect } from '@codemirror/lang-sql'
import type { Catalogue } from '../schema'

// What the editor knows before the server has answered: the words of SELECT.
const words =
  'select distinct all from where group by having order asc desc nulls first last limit offset fetch row rows only with ties as recursive ' +
  'join cross inner left right full outer on using natural union intersect except and or not in exists between like escape is null true ' +
  'false case when then else end cast try_cast extract over partition range groups unbounded preceding following current window filter ' +
  'within any some values table lateral unnest ordinality tablesample grouping sets cube rollup interval year month day hour minute second ' +
  'to at time zone current_date current_timestamp localtimestamp array map coalesce nullif if try'

const types =
  'boolean tinyint smallint integer int bigint real double precision decimal varchar char varbinary json date time timestamp interval uuid ' +
  'ipaddress row array map'

// trino is the dialect of CloudTrail Lake, for colors and comments.
export function trino(catalogue?: Catalogue): SQLDialect {
  return SQLDialect.define({
    keywords: [...new Set([...words.split(' '), ...(catalogue?.keywords ?? []).map((k) => k.toLowerCase())])].join(' '),
    types,
    builtin: (catalogue?.functions ?? []).map((f) => f.name).join(' '),
    operatorChars: '*+-%<>!=/|',
    caseInsensitiveIdentifiers: true,
    specialVar: '$?',
  })
}
