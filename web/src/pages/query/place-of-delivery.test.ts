import { describe, expect, it } from 'vitest'
import { bucketProblem, defaultBucket, deliveryUri } from './place-of-delivery'

describe('where results go', () => {
  it('has a default that is a name of a bucket', () => {
    expect(bucketProblem(defaultBucket('111122223333', 'ap-southeast-2'))).toBeUndefined()
  })
  it('refuses what is no name', () => {
    for (const bad of ['', 'ab', 'Upper', '-a-', 'a_b', 'a'.repeat(64)]) expect(bucketProblem(bad)).toBeTruthy()
  })
  it('makes the place of a bucket and a prefix', () => {
    expect(deliveryUri('b', '')).toBe('s3://b')
    expect(deliveryUri('b', ' /x/y/ ')).toBe('s3://b/x/y')
  })
})
