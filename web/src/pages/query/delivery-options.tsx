import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Checkbox from '@cloudscape-design/components/checkbox'
import FormField from '@cloudscape-design/components/form-field'
import Grid from '@cloudscape-design/components/grid'
import Input from '@cloudscape-design/components/input'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { createBucket, useBuckets } from '~/api/buckets'
import { messageOf } from '~/api/errors'
import { BrowseBuckets } from '~/components/bucket-picker'
import { usePreference } from '~/lib/preferences'
import { visible } from '~/lib/text'
import { useNotify } from '~/shell/notifications'
import { useRegion, useSession } from '~/shell/session'
import { bucketProblem, defaultBucket, deliveryUri } from './place-of-delivery'

// Delivery is whether, and where, results go to a bucket.
export interface Delivery {
  on: boolean
  bucket: string
  prefix: string
}

// useDelivery is what was chosen in this Region, and what makes of it the place that a
// query is started with: the default bucket is made when it is first needed.
export function useDelivery() {
  const [region] = useRegion()
  const { account } = useSession()
  const client = useQueryClient()
  const { notify } = useNotify()
  const usual = defaultBucket(account, region)
  const [kept, set] = usePreference<Delivery>(`query-delivery.${account}.${region}`, { on: false, bucket: '', prefix: '' })
  const value = { ...kept, bucket: kept.bucket || usual }
  const buckets = useBuckets(region, value.on)
  const exists = buckets.data?.some((b) => b.name === value.bucket)
  const problem = value.on ? bucketProblem(value.bucket) : undefined

  const create = async () => {
    await createBucket(region, { name: value.bucket, purpose: 'query-results', prefix: value.prefix || undefined })
    await client.invalidateQueries({ queryKey: ['buckets', region] })
    notify({ type: 'success', header: `The bucket ${value.bucket} was created`, content: 'CloudTrail may write query results to it.' })
  }
  const place = async (): Promise<string | undefined> => {
    if (!value.on) return undefined
    // The list may not have come yet; who may not see it, is told by the query.
    const known = value.bucket === usual && (buckets.data ?? (await buckets.refetch()).data)
    if (known && !known.some((b) => b.name === usual)) await create()
    return deliveryUri(value.bucket, value.prefix)
  }
  return { value, set, place, create, exists, problem, usual }
}

// DeliveryOptions is the choice to save results to S3.
export function DeliveryOptions({ delivery }: { delivery: ReturnType<typeof useDelivery> }) {
  const { value, set, exists, problem, create, usual } = delivery
  const [creating, setCreating] = useState(false)
  const [failed, setFailed] = useState<unknown>()
  const make = async () => {
    setCreating(true)
    setFailed(undefined)
    try {
      await create()
    } catch (error) {
      setFailed(error)
    } finally {
      setCreating(false)
    }
  }
  const change = (part: Partial<Delivery>) => {
    setFailed(undefined)
    set({ ...value, ...part })
  }
  return (
    <SpaceBetween size="s">
      <Checkbox
        checked={value.on}
        onChange={({ detail }) => change({ on: detail.checked })}
        description="Compressed CSV files, with a sign file that proves them"
      >
        Save results to S3
      </Checkbox>
      {value.on && (
        <Grid gridDefinition={[{ colspan: { default: 12, s: 7 } }, { colspan: { default: 12, s: 5 } }]}>
          <FormField
            label="Bucket"
            errorText={problem ?? (failed ? visible(messageOf(failed)) : undefined)}
            constraintText={
              exists !== false
                ? undefined
                : value.bucket === usual
                  ? 'The bucket does not exist yet: it is created when the query runs.'
                  : 'The bucket does not exist yet in this account.'
            }
            secondaryControl={
              <SpaceBetween direction="horizontal" size="xs">
                <BrowseBuckets onChoose={(bucket) => change({ bucket })} />
                {exists === false && !problem && (
                  <Button loading={creating} onClick={() => void make()}>
                    Create bucket
                  </Button>
                )}
              </SpaceBetween>
            }
          >
            <Input
              value={value.bucket}
              onChange={({ detail }) => change({ bucket: detail.value.trim() })}
              spellcheck={false}
              autoComplete={false}
            />
          </FormField>
          <FormField
            label={
              <>
                Prefix{' '}
                <Box variant="span" color="text-body-secondary">
                  <i>- optional</i>
                </Box>
              </>
            }
          >
            <Input
              value={value.prefix}
              onChange={({ detail }) => change({ prefix: detail.value })}
              placeholder="results/audit"
              spellcheck={false}
              autoComplete={false}
            />
          </FormField>
        </Grid>
      )}
    </SpaceBetween>
  )
}
