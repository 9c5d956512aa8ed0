import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

// useParam is a parameter of the address: state that somebody can send to another.
// Setting it makes no entry in the browser's history; an empty text takes it away.
export function useParam(name: string, initial = ''): [string, (value: string) => void] {
  const [params, setParams] = useSearchParams()
  const set = useCallback(
    (value: string) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old)
          if (value) next.set(name, value)
          else next.delete(name)
          return next
        },
        { replace: true },
      ),
    [name, setParams],
  )
  return [params.get(name) ?? initial, set]
}
