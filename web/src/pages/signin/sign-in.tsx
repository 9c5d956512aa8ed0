import Alert from '@cloudscape-design/components/alert'
import { useState } from 'react'
import { unreachable } from '~/api/errors'
import type { Challenge, Session } from '~/api/session'
import { lastAccount, useHeldSession } from '~/shell/session'
import { useTheme } from '~/shell/theme'
import logo from '~/shell/cairn.svg'
import { CodeForm } from './code-form'
import { CredentialsForm } from './credentials-form'
import { endedText, type Names } from './form'
import { Hints } from './hints'
import './sign-in.css'

// SignIn stands at every address while nobody is signed in; then is the page to go on with.
export default function SignIn({ then }: { then: string }) {
  useTheme()
  document.title = 'Sign in | Cairn'
  const { begin, ended } = useHeldSession()
  const [challenge, setChallenge] = useState<string>()
  // back is why the code's step was left, to be told in the first.
  const [back, setBack] = useState<unknown>()
  const [names, setNames] = useState<Names>({
    account: lastAccount(),
    user: ended?.last?.type === 'IAMUser' ? ended.last.userName : '',
    accessKeyId: '',
  })
  const notice = endedText(ended, Date.now())
  const signedIn = (answer: Session | Challenge, who = names) => {
    setBack(undefined)
    setNames(who)
    // SESSION has a member mfa too, which is a boolean.
    if (typeof answer.mfa === 'object') setChallenge(answer.mfa.challenge)
    else begin(answer as Session)
  }
  return (
    <main className="sign-in">
      <div className="sign-in-box">
        <div className="sign-in-name">
          <img src={logo} alt="" width="36" height="36" />
          <span>Cairn</span>
        </div>
        {notice && !challenge && <Alert type="info">{notice}</Alert>}
        {ended?.code === unreachable && (
          <Alert type="warning" header="The server does not answer">
            Is it running? It may be restarting. Load this page again when it is there.
          </Alert>
        )}
        {challenge ? (
          <CodeForm
            challenge={challenge}
            onSession={signedIn}
            onBack={(error) => {
              setChallenge(undefined)
              setBack(error)
            }}
          />
        ) : (
          <CredentialsForm then={then} names={names} error={back} onAnswer={signedIn} />
        )}
        <Hints />
      </div>
    </main>
  )
}
