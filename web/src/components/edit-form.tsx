import Button from '@cloudscape-design/components/button'
import ContentLayout from '@cloudscape-design/components/content-layout'
import Form from '@cloudscape-design/components/form'
import Header from '@cloudscape-design/components/header'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { useGo } from '~/shell/link'
import { useNotify } from '~/shell/notifications'
import { Problem } from './problem'

// Edited is what an EditForm changes: what is said when it is done, the page to go
// back to, and how that page gets to know.
export interface Edited {
  done: string
  page: string
  refresh: () => Promise<unknown>
}

// useSaving runs a change, says that it is done, and goes back to the page of what was
// changed.
export function useSaving({ done, page, refresh }: Edited, run: () => Promise<unknown>) {
  const go = useGo()
  const { notify } = useNotify()
  // Going back in the browser does not lead to the form again.
  const back = () => go(page, { replace: true })
  const saving = useMutation({
    mutationFn: run,
    onSuccess: async () => {
      notify({ type: 'success', header: done })
      await refresh()
      back()
    },
    // What is there may not be what the page was opened with.
    onError: () => void refresh(),
  })
  return { save: () => saving.mutate(), saving: saving.isPending, error: saving.error, back }
}

interface Props {
  title: string
  description?: ReactNode
  children: ReactNode
  action?: string
  // wrong says that something has to be corrected first. onTry is told that somebody
  // wants to save, for what is wrong to be marked.
  wrong?: boolean
  onTry?: () => void
  onSave: () => void
  onCancel: () => void
  saving: boolean
  disabled?: boolean
  error?: unknown
  errorHeader?: string
}

// EditForm is a page of one form, with what came of saving it above its buttons.
export function EditForm({
  title,
  description,
  children,
  action = 'Save changes',
  wrong = false,
  onTry,
  onSave,
  onCancel,
  saving,
  disabled,
  error,
  errorHeader,
}: Props) {
  const [tried, setTried] = useState(false)
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={description}>
          {title}
        </Header>
      }
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          if (saving || disabled) return
          setTried(true)
          onTry?.()
          if (!wrong) onSave()
        }}
      >
        <Form
          errorText={tried && wrong && 'Correct what is marked above.'}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button variant="link" formAction="none" onClick={onCancel}>
                Cancel
              </Button>
              <Button variant="primary" loading={saving} disabled={disabled}>
                {action}
              </Button>
            </SpaceBetween>
          }
        >
          <SpaceBetween size="l">
            {children}
            {!!error && <Problem header={errorHeader ?? 'Nothing was changed'} error={error} />}
          </SpaceBetween>
        </Form>
      </form>
    </ContentLayout>
  )
}
