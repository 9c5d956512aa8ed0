import Button from '@cloudscape-design/components/button'
import Header from '@cloudscape-design/components/header'
import Table from '@cloudscape-design/components/table'
import { useState } from 'react'
import { deactivateMfa, type MfaDevice } from '~/api/credentials'
import { Confirm } from '~/components/confirm'
import { Empty } from '~/components/empty'
import { Time } from '~/components/time'
import { shown } from '~/lib/text'
import { useNotify } from '~/shell/notifications'
import { AssignMfa } from './assign-mfa'

// MfaDevices are the second factors: one can be assigned, and taken away.
export function MfaDevices({ devices, onChanged }: { devices: MfaDevice[]; onChanged: () => Promise<void> }) {
  const [assigning, setAssigning] = useState(false)
  const [leaving, setLeaving] = useState<MfaDevice>()
  return (
    <>
      <Table<MfaDevice>
        items={devices}
        trackBy="serialNumber"
        ariaLabels={{ tableLabel: 'MFA devices' }}
        wrapLines
        header={
          <Header
            variant="h2"
            counter={`(${devices.length})`}
            description="With a device, a sign-in takes a code of it besides the password."
            actions={<Button onClick={() => setAssigning(true)}>Assign MFA device</Button>}
          >
            Multi-factor authentication (MFA)
          </Header>
        }
        columnDefinitions={[
          { id: 'name', header: 'Device name', cell: (d) => shown(d.name), isRowHeader: true },
          { id: 'serial', header: 'Identifier', cell: (d) => <span className="credentials-value">{shown(d.serialNumber)}</span> },
          { id: 'enabled', header: 'Assigned', cell: (d) => <Time value={d.enabled} /> },
          {
            id: 'actions', header: 'Actions', width: 150,
            cell: (d) => (
              <Button variant="inline-link" ariaLabel={`Deactivate ${shown(d.name)}`} onClick={() => setLeaving(d)}>
                Deactivate
              </Button>
            ),
          },
        ]}
        empty={
          <Empty title="No MFA device" action={<Button onClick={() => setAssigning(true)}>Assign MFA device</Button>}>
            An authenticator app on your phone makes the account much harder to break into: a stolen password alone opens nothing.
          </Empty>
        }
      />
      {assigning && <AssignMfa taken={devices.map((d) => d.name)} onDismiss={() => setAssigning(false)} onDone={onChanged} />}
      {leaving && <Deactivate device={leaving} last={devices.length === 1} onDismiss={() => setLeaving(undefined)} onDone={onChanged} />}
    </>
  )
}

interface DeactivateProps {
  device: MfaDevice
  last: boolean
  onDismiss: () => void
  onDone: () => Promise<void>
}

function Deactivate({ device, last, onDismiss, onDone }: DeactivateProps) {
  const { notify } = useNotify()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const confirm = async () => {
    setBusy(true)
    setError(undefined)
    try {
      await deactivateMfa(device.serialNumber)
      notify({ type: 'success', content: `The MFA device ${shown(device.name)} is deactivated.` })
      await onDone()
      onDismiss()
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Confirm
      visible
      header="Deactivate MFA device?"
      action="Deactivate"
      onConfirm={() => void confirm()}
      onDismiss={onDismiss}
      loading={busy}
      error={error}
      warning={last && 'It is your only device: after this, your password alone is enough to sign in.'}
    >
      The codes of {shown(device.name)} no longer work. To use it again, assign it anew.
    </Confirm>
  )
}
