import Alert from '@cloudscape-design/components/alert'
import Box from '@cloudscape-design/components/box'
import Container from '@cloudscape-design/components/container'
import ExpandableSection from '@cloudscape-design/components/expandable-section'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import StatusIndicator from '@cloudscape-design/components/status-indicator'
import type { GetTrailStatusResponse, Trail } from '~/api/operations.gen'
import { Command } from '~/components/command'
import { Problem } from '~/components/problem'
import { Time } from '~/components/time'
import { visible } from '~/lib/text'
import { useSession } from '~/shell/session'
import { locationOf } from './form'
import { troubles, type Trouble } from './status'

interface Props {
  trail: Trail
  status: GetTrailStatusResponse | undefined
  // error is why the status could not be asked for the last time.
  error: unknown
  onRetry: () => void
}

// TrailStatus shows whether a trail logs and how its deliveries go, and explains
// those that fail.
export function TrailStatus({ trail, status, error, onRetry }: Props) {
  const { account, s3Endpoint } = useSession()
  const failed = status ? troubles(status) : []
  const pending = error ? '-' : <StatusIndicator type="loading">Loading</StatusIndicator>
  const delivery = (what: Trouble['what'], time: number | undefined, off: boolean) => {
    if (!status) return pending
    if (off) return '-'
    if (failed.some((t) => t.what === what))
      return <StatusIndicator type="error">Fails; last success: {time ? <Time value={time} /> : 'never'}</StatusIndicator>
    return time ? <Time value={time} /> : 'None yet'
  }
  return (
    <Container header={<Header variant="h2">Status</Header>}>
      <SpaceBetween size="l">
        {!!error && (
          <Problem header={`The status could not be read${status ? ' again' : ''}`} error={error} onRetry={onRetry} />
        )}
        {failed.map((t) => (
          <Alert key={t.what} type="error" header={t.header}>
            {t.means} <b>What to do:</b> {t.fix}
            <Box color="text-body-secondary" fontSize="body-s">
              {visible(t.code)}
              {t.tried && (
                <>
                  , last tried <Time value={t.tried} />
                </>
              )}
            </Box>
          </Alert>
        ))}
        <KeyValuePairs
          columns={3}
          items={[
            {
              label: 'Trail logging',
              value: !status ? (
                pending
              ) : status.IsLogging ? (
                <StatusIndicator>Logging</StatusIndicator>
              ) : (
                <StatusIndicator type="stopped">Off</StatusIndicator>
              ),
            },
            { label: 'Last log file delivered', value: delivery('S3', status?.LatestDeliveryTime, false) },
            {
              label: 'Last file validation delivered',
              value: delivery('Digest', status?.LatestDigestDeliveryTime, !trail.LogFileValidationEnabled),
            },
            { label: 'Last SNS notification', value: delivery('SNS', status?.LatestNotificationTime, !trail.SnsTopicARN) },
            {
              label: 'Last CloudWatch Logs delivery',
              value: delivery('CloudWatch Logs', status?.LatestCloudWatchLogsDeliveryTime, !trail.CloudWatchLogsLogGroupArn),
            },
            {
              label: status?.IsLogging === false && status.StopLoggingTime ? 'Logging stopped' : 'Logging started',
              value: status ? (
                <Time value={status.IsLogging ? status.StartLoggingTime : (status.StopLoggingTime ?? status.StartLoggingTime)} />
              ) : (
                pending
              ),
            },
          ]}
        />
        <ExpandableSection headerText="List the log files">
          <Command
            text={`aws s3 ls --recursive ${locationOf(trail, account)}${s3Endpoint ? ` \\\n  --endpoint-url ${s3Endpoint}` : ''}`}
            label="Command that lists the log files"
          />
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  )
}
