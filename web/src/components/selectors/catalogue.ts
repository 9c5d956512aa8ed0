import { useQuery } from '@tanstack/react-query'
import { call } from '~/api/client'

// ResourceType is a type of resources that data events can be logged for.
export interface ResourceType {
  type: string
  label?: string
  // arn is false for resources that have no ARN.
  arn?: boolean
}

// Catalogue is what selectors can name.
export interface Catalogue {
  resourceTypes: ResourceType[]
  networkEventSources: string[]
  eventSources: string[]
  withoutARN: string[]
}

interface Answer {
  resourceTypes?: ResourceType[]
  networkEventSources?: string[]
  eventSources?: string[]
}

function read(answer: Answer): Catalogue {
  const resourceTypes = answer.resourceTypes ?? []
  const name = (t: ResourceType) => t.label ?? t.type
  return {
    resourceTypes: resourceTypes.toSorted((a, b) => name(a).localeCompare(name(b))),
    networkEventSources: answer.networkEventSources ?? [],
    eventSources: answer.eventSources ?? [],
    withoutARN: resourceTypes.filter((t) => t.arn === false).map((t) => t.type),
  }
}

const none: Catalogue = { resourceTypes: [], networkEventSources: [], eventSources: [], withoutARN: [] }

// useCatalogue asks once what selectors can name.
export function useCatalogue(): { catalogue: Catalogue; loading: boolean; error: unknown } {
  const { data, isPending, error } = useQuery({
    queryKey: ['catalogue'],
    staleTime: Infinity,
    queryFn: async ({ signal }) => read(await call<Answer>('GET', 'catalogue', { signal })),
  })
  return { catalogue: data ?? none, loading: isPending, error }
}
