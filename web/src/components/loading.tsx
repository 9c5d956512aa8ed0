import Box from '@cloudscape-design/components/box'
import Spinner from '@cloudscape-design/components/spinner'

// Loading stands where a page comes.
export function Loading() {
  return (
    <Box textAlign="center" padding={{ vertical: 'xxxl' }}>
      <Spinner size="large" /> <span role="status">Loading</span>
    </Box>
  )
}
