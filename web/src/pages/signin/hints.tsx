import Box from '@cloudscape-design/components/box'
import ExpandableSection from '@cloudscape-design/components/expandable-section'

// Hints tell how to get in the first time, and when a password or device is lost.
export function Hints() {
  return (
    <ExpandableSection headerText="First time here, or a password lost?">
      <Box color="text-body-secondary">
        <p className="sign-in-hint">
          The server made an account and an administrator when it first started. The access key is in the file{' '}
          <Box variant="code">credentials</Box> of its data directory: choose Access key, and sign in with it.
        </p>
        <p className="sign-in-hint">
          Who may run commands on the server sets passwords, also of the root user and also in place of a lost one:
          <br />
          <Box variant="code">cairn account password --user NAME</Box> or <Box variant="code">cairn account password --root</Box>
        </p>
        <p className="sign-in-hint">
          A lost MFA device is taken away there with <Box variant="code">cairn account mfa deactivate</Box>.
        </p>
      </Box>
    </ExpandableSection>
  )
}
