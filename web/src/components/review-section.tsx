import Button from '@cloudscape-design/components/button'
import Container from '@cloudscape-design/components/container'
import Header from '@cloudscape-design/components/header'
import type { ReactNode } from 'react'

// ReviewSection shows some of what was chosen in a wizard, with the way back to it.
export function ReviewSection({ title, onEdit, children }: { title: string; onEdit: () => void; children: ReactNode }) {
  const edit = (
    <Button ariaLabel={`Edit ${title}`} onClick={onEdit}>
      Edit
    </Button>
  )
  return (
    <Container
      header={
        <Header variant="h2" actions={edit}>
          {title}
        </Header>
      }
    >
      {children}
    </Container>
  )
}
