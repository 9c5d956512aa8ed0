// Partner is a source of events from outside AWS.
export interface Partner {
  source: string
  name: string
  // direct: the partner calls PutAuditEvents from its own account. Otherwise an
  // application in this account does.
  direct: boolean
}

export const partners: readonly Partner[] = [
  { source: 'Custom', name: 'My custom integration', direct: false },
  { source: 'CloudStorageSecurityConsole', name: 'Cloud Storage Security', direct: false },
  { source: 'Clumio', name: 'Clumio', direct: true },
  { source: 'CrowdStrike', name: 'CrowdStrike', direct: false },
  { source: 'CyberArk', name: 'CyberArk', direct: false },
  { source: 'GitHub', name: 'GitHub', direct: false },
  { source: 'KongGatewayEnterprise', name: 'Kong Inc', direct: false },
  { source: 'LaunchDarkly', name: 'LaunchDarkly', direct: true },
  { source: 'NetskopeCloudExchange', name: 'Netskope', direct: false },
  { source: 'IBMMulticloud', name: 'Nordcloud, an IBM Company', direct: true },
  { source: 'MontyCloud', name: 'MontyCloud', direct: true },
  { source: 'OktaSystemLogEvents', name: 'Okta', direct: false },
  { source: 'OneLogin', name: 'One Identity', direct: false },
  { source: 'Shoreline', name: 'Shoreline.io', direct: false },
  { source: 'Snyk', name: 'Snyk.io', direct: true },
  { source: 'WizAuditLogs', name: 'Wiz', direct: false },
]

// partnerOf is the partner of a source.
export const partnerOf = (source: string | undefined): Partner =>
  partners.find((p) => p.source === source) ?? { source: source ?? '', name: source ?? '-', direct: false }
