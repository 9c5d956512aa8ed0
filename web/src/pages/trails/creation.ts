import { createBucket, permitBucket } from '~/api/buckets'
import { cloudtrail } from '~/api/client'
import type { InsightSelector } from '~/api/operations.gen'
import { allManagement, toGiven, type Selection } from '~/components/selectors/selection'
import { doPart, type Done } from '~/lib/parts'
import { createRequest, type Attributes } from './form'

// The parts of making a trail, in their order.
export type Part = 'bucket' | 'trail' | 'selectors' | 'insights' | 'logging'

// Made is what of a trail is there already, so that another try goes on behind it.
export interface Made {
  region?: string
  bucket?: string
  arn?: string
  done: Done<Part>
}

// Calls are what making a trail calls.
export interface Calls {
  createBucket: typeof createBucket
  permitBucket: typeof permitBucket
  cloudtrail: typeof cloudtrail
}

export interface Plan {
  attributes: Attributes
  selection: Selection
  insights: InsightSelector[]
  region: string
  account: string
}

// usual tells whether the selectors are those that a new trail has by itself.
function usual(selection: Selection): boolean {
  return JSON.stringify(toGiven({ ...selection, basic: false })) === JSON.stringify(toGiven(allManagement())) && !selection.basicData.length
}

// makeTrail makes a trail with all that belongs to it, and starts logging. It goes
// on where an earlier try, which made what is in made, came to; a failure is a
// PartError, and made has what is there then.
export async function makeTrail(plan: Plan, made: Made, calls: Calls = { createBucket, permitBucket, cloudtrail }): Promise<string> {
  const { attributes, selection, insights, region, account } = plan
  if (made.region !== region) Object.assign(made, { region, arn: undefined, done: {} }) // a trail of its own, in the same bucket
  const part = (name: Part, input: unknown, run: () => Promise<unknown>) => doPart(made.done, name, input, run)
  if (attributes.newBucket) {
    const bucket = {
      name: attributes.bucket,
      purpose: 'trail' as const,
      prefix: attributes.prefix || undefined,
      trailName: attributes.name,
    }
    // The policy of a bucket names the trail and the prefix.
    await part('bucket', bucket, () => (made.bucket === bucket.name ? calls.permitBucket : calls.createBucket)(region, bucket))
    made.bucket = attributes.bucket
  }
  const request = createRequest(attributes, region, account)
  await part('trail', request, async () => {
    if (!made.arn) {
      made.arn = (await calls.cloudtrail('CreateTrail', request, { region })).TrailARN!
      return
    }
    const { TagsList: tags, ...settings } = request
    await calls.cloudtrail('UpdateTrail', { KmsKeyId: '', SnsTopicName: '', S3KeyPrefix: '', ...settings, Name: made.arn }, { region })
    if (tags) await calls.cloudtrail('AddTags', { ResourceId: made.arn, TagsList: tags }, { region })
  })
  const TrailName = made.arn!
  const events = toGiven(selection)
  if (made.done.selectors || !usual(selection)) {
    await part('selectors', events, () => calls.cloudtrail('PutEventSelectors', { TrailName, ...events }, { region }))
  }
  if (made.done.insights || insights.length) {
    await part('insights', insights, () => calls.cloudtrail('PutInsightSelectors', { TrailName, InsightSelectors: insights }, { region }))
  }
  await part('logging', true, () => calls.cloudtrail('StartLogging', { Name: TrailName }, { region }))
  return TrailName
}

// stands says what is there after a part failed, and what is not.
export function stands(failed: Part, made: Made, name: string): string {
  const bucket = made.bucket ? `The bucket ${made.bucket} was created, and is used when you try again. ` : ''
  switch (failed) {
    case 'bucket':
      return 'The bucket could not be created. No trail was made.'
    case 'trail':
      return made.arn
        ? `The trail ${name} is there, but its settings could not be changed. It does not log yet.`
        : `${bucket}The trail could not be created.`
    case 'selectors':
      return `The trail ${name} was created, but which events it logs could not be set. It does not log yet. Correct the events and try again: the trail is not made twice.`
    case 'insights':
      return `The trail ${name} was created with its events, but Insights events could not be turned on. It does not log yet. Try again, or turn Insights events off.`
    case 'logging':
      return `The trail ${name} was created with all its settings, but logging could not be started. Try again, or start it on the page of the trail.`
  }
}
