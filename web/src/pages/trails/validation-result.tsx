import { useCollection } from '@cloudscape-design/collection-hooks'
import Alert, { type AlertProps } from '@cloudscape-design/components/alert'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import Pagination from '@cloudscape-design/components/pagination'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import Table from '@cloudscape-design/components/table'
import TextFilter from '@cloudscape-design/components/text-filter'
import type { Trail } from '~/api/operations.gen'
import { Empty } from '~/components/empty'
import { Time } from '~/components/time'
import { count, download, plural, shown, visible } from '~/lib/text'
import { explain, problemsOf, verdict, verdictTexts, type Counts, type Finding, type Report, type Verdict } from './validation-report'

const types: Record<Verdict, AlertProps.Type> = { intact: 'success', empty: 'warning', remarks: 'warning', damaged: 'error' }

// ValidationReport shows what a validation found.
export function ValidationReport({ trail, report, findings }: { trail: Trail; report: Report; findings: Finding[] }) {
  const found = verdict({ ...report, findings })
  const name = `${trail.Name}-validation-${report.end.slice(0, 19).replace(/:/g, '')}`
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header
            variant="h2"
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button iconName="download" disabled={!report.text} onClick={() => download(name + '.txt', 'text/plain', report.text!)}>
                  Download as text
                </Button>
                <Button
                  iconName="download"
                  onClick={() =>
                    download(name + '.json', 'application/json', JSON.stringify({ trail: trail.TrailARN, ...report, findings }, null, 2))
                  }
                >
                  Download as JSON
                </Button>
              </SpaceBetween>
            }
          >
            Report
          </Header>
        }
      >
        <SpaceBetween size="l">
          <Alert type={types[found]} header={verdictTexts[found].header}>
            {verdictTexts[found].text}
          </Alert>
          <KeyValuePairs
            columns={4}
            items={[
              { label: 'Digest files', value: <Files counts={report.digests} /> },
              { label: 'Log files', value: <Files counts={report.logFiles} /> },
              { label: 'From', value: <Time value={report.start} /> },
              { label: 'To', value: <Time value={report.end} /> },
            ]}
          />
        </SpaceBetween>
      </Container>
      <Findings findings={problemsOf(findings)} more={report.more ?? 0} />
    </SpaceBetween>
  )
}

function Files({ counts }: { counts: Counts }) {
  return (
    <>
      <div>
        <StatusIndicator type={counts.valid ? 'success' : 'info'}>{count(counts.valid)} valid</StatusIndicator>
      </div>
      {counts.invalid > 0 && (
        <div>
          <StatusIndicator type="error">{count(counts.invalid)} invalid</StatusIndicator>
        </div>
      )}
    </>
  )
}

function Findings({ findings, more }: { findings: Finding[]; more: number }) {
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(findings, {
    filtering: {
      fields: ['kind', 'key', 'message'],
      empty: <Empty title="No findings">Nothing was changed, deleted, or left out in this time.</Empty>,
      noMatch: <Empty title="No matches" />,
    },
    pagination: { pageSize: 20 },
    sorting: {},
  })
  return (
    <Table
      {...collectionProps}
      items={items}
      wrapLines
      header={
        <Header
          variant="h2"
          counter={`(${count(findings.length + more)})`}
          description={`What is not a file as CloudTrail delivered it.${more ? ` The first ${count(findings.length)} are listed.` : ''}`}
        >
          Findings
        </Header>
      }
      filter={
        findings.length > 0 && (
          <TextFilter
            {...filterProps}
            filteringPlaceholder="Find findings"
            filteringAriaLabel="Find findings"
            countText={plural(filteredItemsCount ?? 0, 'match', 'matches')}
          />
        )
      }
      pagination={findings.length > 20 && <Pagination {...paginationProps} />}
      ariaLabels={{ tableLabel: 'Findings' }}
      columnDefinitions={[
        { id: 'kind', header: 'Kind', sortingField: 'kind', cell: (f) => f.kind, width: 130 },
        { id: 'means', header: 'What it means', cell: explain, minWidth: 260 },
        { id: 'message', header: 'Finding', cell: (f) => visible(f.message), minWidth: 220 },
        {
          id: 'key',
          header: 'File',
          sortingField: 'key',
          cell: (f) => (f.key ? shown(`s3://${f.bucket}/${f.key}`, 2000) : '-'),
          minWidth: 260,
          isRowHeader: true,
        },
      ]}
    />
  )
}
