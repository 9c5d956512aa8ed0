import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { cloudtrail } from '~/api/client'
import type { Trail } from '~/api/operations.gen'
import { Confirm } from '~/components/confirm'
import { useNotify } from '~/shell/notifications'
import { useRefresh } from './api'

interface Props {
  trail: Trail
  onDone: () => void
  onDismiss: () => void
}

// DeleteTrail asks whether a trail is to be deleted, and deletes it.
export function DeleteTrail({ trail, onDone, onDismiss }: Props) {
  const { notify } = useNotify()
  const refresh = useRefresh()
  const deletion = useMutation({
    mutationFn: () => cloudtrail('DeleteTrail', { Name: trail.TrailARN! }, { region: trail.HomeRegion! }),
    onSuccess: async () => {
      notify({ type: 'success', header: `Trail ${trail.Name} deleted`, content: `Its log files stay in the bucket ${trail.S3BucketName}.` })
      onDone()
      await refresh()
    },
  })
  return (
    <Confirm
      visible
      header={`Delete trail ${trail.Name}?`}
      action="Delete"
      loading={deletion.isPending}
      error={deletion.error}
      onConfirm={() => deletion.mutate()}
      onDismiss={onDismiss}
      warning="This cannot be undone. Events that happen from now on are not delivered any more."
    >
      The trail is deleted in every Region where it shows, and its Insights events are turned off. What stays: the bucket{' '}
      <b>{trail.S3BucketName}</b> with all log files and digest files in it{trail.SnsTopicARN && ', the SNS topic'}
      {trail.CloudWatchLogsLogGroupArn && ', the CloudWatch Logs log group'}. They may hold data of your users; delete them where they are
      kept when you do not need them any more.
    </Confirm>
  )
}

// StopLogging asks whether a trail is to log no more, and stops it.
export function StopLogging({ trail, onDone, onDismiss }: Props) {
  const { notify } = useNotify()
  const refresh = useRefresh()
  const stop = useMutation({
    mutationFn: () => cloudtrail('StopLogging', { Name: trail.TrailARN! }, { region: trail.HomeRegion! }),
    onSuccess: async () => {
      notify({ type: 'success', header: `Trail ${trail.Name} stopped logging` })
      onDone()
      await refresh()
    },
  })
  return (
    <Confirm
      visible
      header={`Stop logging for ${trail.Name}?`}
      action="Stop logging"
      loading={stop.isPending}
      error={stop.error}
      onConfirm={() => stop.mutate()}
      onDismiss={onDismiss}
      warning={
        trail.HasInsightSelectors
          ? 'Insights events are turned off, and have to be turned on again by hand when logging starts again.'
          : 'Events that happen while logging is off are not delivered, also not later.'
      }
    >
      The trail delivers no events that happen from now on. Log files that were delivered stay in the bucket <b>{trail.S3BucketName}</b>,
      and what was recorded before is still delivered. Events stay in the event history for 90 days. You can start logging again at any
      time.
    </Confirm>
  )
}

// useStartLogging starts logging; it gives the button's state and the start.
export function useStartLogging(trail: Trail): { start: () => void; starting: boolean } {
  const { notify, fail } = useNotify()
  const refresh = useRefresh()
  const [starting, setStarting] = useState(false)
  const start = async () => {
    setStarting(true)
    try {
      await cloudtrail('StartLogging', { Name: trail.TrailARN! }, { region: trail.HomeRegion! })
      notify({ type: 'success', header: `Trail ${trail.Name} started logging` })
      await refresh()
    } catch (error) {
      fail('Logging was not started', error)
    } finally {
      setStarting(false)
    }
  }
  return { start: () => void start(), starting }
}
