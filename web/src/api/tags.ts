import { useQuery } from '@tanstack/react-query'
import { changes } from '~/lib/tags'
import { cloudtrail } from './client'
import type { Tag } from './operations.gen'

// useTags are the tags of a resource.
export function useTags(arn: string | undefined, region: string, enabled = true) {
  return useQuery({
    queryKey: ['tags', arn, region],
    enabled: enabled && !!arn,
    queryFn: async ({ signal }) =>
      (await cloudtrail('ListTags', { ResourceIdList: [arn!] }, { region, signal })).ResourceTagList?.[0]?.TagsList ?? [],
  })
}

// putTags makes a resource's tags what they should be.
export async function putTags(arn: string, region: string, before: readonly Tag[], after: readonly Tag[]): Promise<void> {
  const { add, remove } = changes(before, after)
  // Those that go make room for those that come.
  if (remove.length) await cloudtrail('RemoveTags', { ResourceId: arn, TagsList: remove }, { region })
  if (add.length) await cloudtrail('AddTags', { ResourceId: arn, TagsList: add }, { region })
}
