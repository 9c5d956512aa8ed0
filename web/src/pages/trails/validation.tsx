import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import DateRangePicker, { type DateRangePickerProps } from '@cloudscape-design/components/date-range-picker'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import FormField from '@cloudscape-design/components/form-field'
import Header from '@cloudscape-design/components/header'
import ProgressBar from '@cloudscape-design/components/progress-bar'
import Select from '@cloudscape-design/components/select'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useMemo } from 'react'
import type { Trail } from '~/api/operations.gen'
import { Command } from '~/components/command'
import { Problem } from '~/components/problem'
import { checkRange } from '~/lib/date-range'
import { bytes, count, plural } from '~/lib/text'
import { useSession } from '~/shell/session'
import { ValidationReport } from './validation-result'
import { bounds, ranges, type useValidation } from './use-validation'
import { problemsOf } from './validation-report'

// Validation validates the log files of a trail and shows what came of it.
export function Validation({ trail, validation }: { trail: Trail; validation: ReturnType<typeof useValidation> }) {
  const { s3Endpoint, regions } = useSession()
  const { region, setRegion, range, setRange, state, run, stop } = validation
  const { progress } = state
  const soFar = `${plural(progress.digests, 'digest file')} of ${count(progress.listed)}, ${plural(progress.logFiles, 'log file')}, ${bytes(progress.bytes)} read`
  const command = useMemo(() => commandOf(trail, region, s3Endpoint, range), [trail, region, s3Endpoint, range])
  return (
    <SpaceBetween size="l">
      {!trail.LogFileValidationEnabled && (
        <Alert type="warning" header="Log file validation is off for this trail">
          No digest files are delivered, so that only log files of a time when it was on can be validated. Turn it on with Edit in the
          general details.
        </Alert>
      )}
      <Container
        header={
          <Header
            variant="h2"
            description="Check that the log files in the bucket are those that CloudTrail delivered: none was changed, and none was deleted."
          >
            Validate log files
          </Header>
        }
      >
        <SpaceBetween size="l">
          <FormField label="Time range" description="Log files that were delivered in this time, as their digest files name them.">
            <DateRangePicker
              value={range}
              onChange={({ detail }) => detail.value && setRange(detail.value)}
              relativeOptions={ranges}
              showClearButton={false}
              disabled={state.running}
              isValidRange={checkRange}
              i18nStrings={{ formatRelativeRange: (v) => `Last ${v.amount} ${v.unit}${v.amount === 1 ? '' : 's'}` }}
            />
          </FormField>
          {trail.IsMultiRegionTrail && (
            <FormField label="Region" description="Each Region has a chain of digest files of its own.">
              <Select
                filteringType="auto"
                disabled={state.running}
                selectedOption={{ value: region, label: regions.find((r) => r.id === region)?.name ?? region, description: region }}
                options={regions.map((r) => ({ value: r.id, label: r.name, description: r.id }))}
                onChange={({ detail }) => setRegion(detail.selectedOption.value!)}
              />
            </FormField>
          )}
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="primary" loading={state.running} loadingText="Validating" onClick={() => void run()}>
              Validate
            </Button>
            {state.running && <Button onClick={stop}>Stop</Button>}
          </SpaceBetween>
          {state.running && (
            <ProgressBar
              label="Validating log files"
              description={soFar}
              value={progress.listed ? Math.min(100, (100 * progress.digests) / progress.listed) : 0}
              additionalInfo={plural(problemsOf(state.findings).length, 'finding')}
            />
          )}
          {state.stopped && (
            <Alert type="info" header="The validation was stopped">
              {soFar}, with {plural(problemsOf(state.findings).length, 'finding')}. Nothing is said about the other files.
            </Alert>
          )}
          {!!state.error && <Problem header="The validation could not be finished" error={state.error} onRetry={() => void run()} />}
        </SpaceBetween>
      </Container>
      {state.report && <ValidationReport trail={trail} report={state.report} findings={state.report.findings ?? state.findings} />}
      <ExpandableSection
        headerText="Validate with the AWS CLI"
        variant="container"
        headerDescription="Nobody has to trust this page: the AWS CLI checks the same files with the same keys."
      >
        <SpaceBetween size="s">
          <Command text={command} label="Command of the AWS CLI" />
          <Box color="text-body-secondary">
            It asks this server for the public keys and reads the files from the bucket, so that it needs credentials for
            cloudtrail:ListPublicKeys, cloudtrail:DescribeTrails, s3:GetObject, and s3:ListBucket. `cairn validate` takes the same options,
            and is faster.
          </Box>
        </SpaceBetween>
      </ExpandableSection>
    </SpaceBetween>
  )
}

function commandOf(trail: Trail, region: string, s3Endpoint: string | undefined, range: DateRangePickerProps.Value): string {
  const { start, end } = bounds(range)
  const until = range.type === 'absolute' ? ` --end-time ${end.slice(0, 19)}Z` : ''
  const s3 = s3Endpoint ? `AWS_ENDPOINT_URL_S3=${s3Endpoint} ` : ''
  return `${s3}aws cloudtrail validate-logs --endpoint-url ${location.origin} --region ${region} \\\n  --trail-arn ${trail.TrailARN} --start-time ${start.slice(0, 19)}Z${until}`
}
