import Box from '@cloudscape-design/components/box'
import SpaceBetween from '@cloudscape-design/components/space-between'
import type { ReactNode } from 'react'

// Empty stands in a table or container that has nothing, and says why, and what
// would put something there.
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Box textAlign="center" margin={{ vertical: 's' }} color="inherit">
      <SpaceBetween size="xs">
        <b>{title}</b>
        {children && <Box color="text-body-secondary">{children}</Box>}
        {action}
      </SpaceBetween>
    </Box>
  )
}
