import type { UseQueryResult } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

// useFresh is for forms: they begin with what is there now, and not with what a page
// before them was shown. Until that is known the query is pending.
export function useFresh<T>(query: UseQueryResult<T>): UseQueryResult<T> {
  const [fresh, setFresh] = useState(false)
  const { refetch } = query
  useEffect(() => {
    let gone = false
    void refetch({ cancelRefetch: false }).then(() => gone || setFresh(true))
    return () => {
      gone = true
    }
  }, [refetch])
  return fresh || query.error ? query : ({ ...query, data: undefined, isPending: true } as UseQueryResult<T>)
}
