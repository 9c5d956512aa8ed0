import Box from '@cloudscape-design/components/box'
import Button from '@cloudscape-design/components/button'
import Pagination from '@cloudscape-design/components/pagination'
import { useState, type ReactNode } from 'react'

interface Paged {
  // from and to bound what is shown.
  from: number
  to: number
  // show turns to the page of an item.
  show: (index: number) => void
  // pages are to be put below the list: nothing for a short one.
  pages: ReactNode
}

// usePaged has a form show some of many items at a time: selectors may have 500 values,
// and a form with a row for each would not be quick any more. one is what an item is
// called, and wrong the first that has to be corrected, or -1.
export function usePaged(length: number, size: number, one: string, wrong = -1): Paged {
  const [page, setPage] = useState(1)
  const count = Math.max(1, Math.ceil(length / size))
  const at = Math.min(page, count)
  const from = (at - 1) * size
  const to = Math.min(length, at * size)
  const show = (index: number) => setPage(Math.floor(index / size) + 1)
  const hidden = wrong >= 0 && (wrong < from || wrong >= to)
  const pages = count > 1 && (
    <>
      <Pagination
        currentPageIndex={at}
        pagesCount={count}
        ariaLabels={{
          paginationLabel: `Pages of ${one}s`,
          previousPageLabel: `Previous ${one}s`,
          nextPageLabel: `Next ${one}s`,
          pageLabel: (n) => `Page ${n} of ${one}s`,
        }}
        onChange={({ detail }) => setPage(detail.currentPageIndex)}
      />
      {hidden && (
        <Box color="text-status-error">
          The {one} with the number {wrong + 1} has to be corrected.{' '}
          <Button variant="inline-link" formAction="none" onClick={() => show(wrong)}>
            Show it
          </Button>
        </Box>
      )}
    </>
  )
  return { from, to, show, pages }
}
