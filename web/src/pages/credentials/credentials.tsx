import Alert from '@cloudscape-design/components/alert'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { getCredentials } from '~/api/credentials'
import { Loading } from '~/components/loading'
import { Problem } from '~/components/problem'
import { Time } from '~/components/time'
import { shown } from '~/lib/text'
import { usePage } from '~/shell/page'
import { useSession } from '~/shell/session'
import './credentials.css'
import { MfaDevices } from './mfa'
import { Password } from './password'
import { Sessions } from './sessions'

const key = ['credentials']

// How who is signed in signs in: the password, MFA devices, and sessions.
export default function SecurityCredentials() {
  usePage({ title: 'Security credentials' })
  const session = useSession()
  const assumed = session.type === 'AssumedRole'
  const client = useQueryClient()
  const { data, error, refetch } = useQuery({ queryKey: key, queryFn: ({ signal }) => getCredentials(signal), staleTime: 0 })
  const changed = useCallback(() => client.invalidateQueries({ queryKey: key }), [client])
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description="How you sign in to this console. Only you see this page.">
        Security credentials
      </Header>
      <Who />
      {assumed && (
        <Alert type="info" header="You are signed in with a role">
          A role has no password and no MFA device of its own: it was assumed by somebody who has. Sign in as that user to change theirs.
          The sessions of this role can be ended here.
        </Alert>
      )}
      {error ? <Problem error={error} header="The credentials could not be read" onRetry={() => void refetch()} /> : !data && <Loading />}
      {data && !assumed && <Password set={data.password.set} changed={data.password.changed} onChanged={changed} />}
      {data && !assumed && <MfaDevices devices={data.mfaDevices} onChanged={changed} />}
      {data && <Sessions sessions={data.sessions} onChanged={changed} />}
    </SpaceBetween>
  )
}

const types = { Root: 'Root user', IAMUser: 'IAM user', AssumedRole: 'Assumed role' }

function Who() {
  const session = useSession()
  return (
    <Container header={<Header variant="h2">Signed in as</Header>}>
      <KeyValuePairs
        columns={4}
        minColumnWidth={180}
        items={[
          { label: 'Name', value: shown(session.userName) },
          { label: 'Kind', value: types[session.type] },
          { label: 'Account', value: session.account + (session.accountName ? ` (${shown(session.accountName)})` : '') },
          { label: 'With MFA', value: session.mfa ? 'Yes' : 'No' },
          { label: 'Signed in', value: <Time value={session.created} /> },
          { label: 'Session ends at the latest', value: <Time value={session.expires} /> },
          { label: 'ARN', value: <span className="credentials-value">{shown(session.arn)}</span> },
        ]}
      />
    </Container>
  )
}
