import type { SearchSampleQueriesSearchResult } from '~/api/operations.gen'

// Theme is what some sample queries are about, told by what they read.
export interface Theme {
  id: string
  name: string
  about?: RegExp
}

// themes are those that the gallery offers; the first has all samples.
export const themes: Theme[] = [
  { id: 'all', name: 'All themes' },
  {
    id: 'sign-in',
    name: 'Sign-in and sessions',
    about:
      /ConsoleLogin|AssumeRole(WithSAML|WithWebIdentity)?'|sign-ins?\b|second factor|\bMFA\b|sessions of roles|sessioncredentialfromconsole/i,
  },
  {
    id: 'identity',
    name: 'Identities and permissions',
    about: /iam\.amazonaws|AccessKey|\bprivilege|\bpolic(y|ies)\b|permissions?\b|\broles?\b|principal tag|root user/i,
  },
  {
    id: 'threats',
    name: 'Threats and anomalies',
    about:
      /denied|suspicious|unusual|never seen|new this week|reconnaissance|enumerat|stolen|attack|guessed|turned off|tamper|office hours|scanned|everybody/i,
  },
  { id: 'compute', name: 'Compute and deployment', about: /RunInstances|Instance|lambda|\bssm\b|rds\.|cloudformation|Snapshot/i },
  { id: 'storage', name: 'Storage', about: /\bs3\b|s3\.amazonaws|bucket|objects? /i },
  {
    id: 'network',
    name: 'Network',
    about: /SecurityGroup|\bvpc|route|flow logs?|subnet|\btls|sourceipaddress,? *(count|$)|Calls by network|new this week/i,
  },
  { id: 'secrets', name: 'Secrets and keys', about: /secretsmanager|kms\.|GetParameter|decrypt|encryption key/i },
  {
    id: 'logging',
    name: 'Logging and monitoring',
    about: /StopLogging|DeleteTrail|LogGroup|alarm|guardduty|Flow logs|StartQuery|organizations\.amazonaws/i,
  },
  { id: 'errors', name: 'Errors and limits', about: /errors?\b|thrott|quota|limit exceeded|LimitExceeded|Denied calls/i },
  {
    id: 'cost',
    name: 'Cost and usage',
    about: /\bcosts?\b|\bbill\b|purchase|polling|large types|most used|per day|idle ones|most active/i,
  },
]

// inTheme tells whether a sample query is about a theme.
export function inTheme(theme: Theme, sample: SearchSampleQueriesSearchResult): boolean {
  // Every query looks at errors; only what says so in words is about them.
  const text =
    theme.id === 'errors' || theme.id === 'cost' || theme.id === 'threats'
      ? `${sample.Name} ${sample.Description}`
      : `${sample.Name} ${sample.Description} ${sample.SQL}`
  return !theme.about || theme.about.test(text)
}

// Names of columns, one of which is in every sample: the search has no "all".
const everything = 'eventname eventsource useridentity errorcode awsregion requestparameters eventcategory sourceipaddress calls'

// phraseOf makes a search phrase of what was typed: at least two characters of ASCII.
export function phraseOf(typed: string): string {
  const phrase = typed
    .replace(/[^ -~]+/g, ' ')
    .trim()
    .slice(0, 1000)
  return phrase.length < 2 ? everything : phrase
}

// themeOf is the first theme that a sample query is about, which orders the gallery.
export function themeOf(sample: SearchSampleQueriesSearchResult): Theme | undefined {
  return themes.slice(1).find((theme) => inTheme(theme, sample))
}

// byTheme orders samples by their themes, and leaves their order in each.
export function byTheme(samples: SearchSampleQueriesSearchResult[]): SearchSampleQueriesSearchResult[] {
  const place = (sample: SearchSampleQueriesSearchResult) => {
    const theme = themeOf(sample)
    return theme ? themes.indexOf(theme) : themes.length
  }
  return samples
    .map((sample) => ({ sample, at: place(sample) }))
    .sort((a, b) => a.at - b.at)
    .map(({ sample }) => sample)
}
