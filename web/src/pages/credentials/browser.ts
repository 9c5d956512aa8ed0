import { shown } from '~/lib/text'

// Browsers by what is in their user agents, the particular before the general.
const browsers: [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\/(\d+)/, 'Edge'],
  [/\bOPR\/(\d+)/, 'Opera'],
  [/\bFirefox\/(\d+)/, 'Firefox'],
  [/\bFxiOS\/(\d+)/, 'Firefox'],
  [/\b(?:Headless)?Chrome\/(\d+)/, 'Chrome'],
  [/\bCriOS\/(\d+)/, 'Chrome'],
  [/\bVersion\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari\//, 'Safari'],
]

const systems: [RegExp, string][] = [
  [/\bAndroid\b/, 'Android'],
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

// browserOf is a user agent for people: Firefox 128 on Linux. What is not known stays as it is.
export function browserOf(agent: string): string {
  const browser = browsers.map(([pattern, name]) => ({ name, match: pattern.exec(agent) })).find((b) => b.match)
  if (!browser?.match) return shown(agent, 60)
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1]
  return `${browser.name} ${browser.match[1]}${system ? ` on ${system}` : ''}`
}
