import Button, { type ButtonProps } from '@cloudscape-design/components/button'
import SpaceBetween from '@cloudscape-design/components/space-between'
import { useRef } from 'react'
import type { Catalogue } from './catalogue'
import type { SelectorDraft } from './draft'
import { usePaged } from './paged'
import type { SelectionProblems } from './selection-check'
import { SelectorEditor } from './selector'

// Shared is what all parts of a form of events are given.
export interface Shared {
  catalogue: Catalogue
  loading: boolean
  problems?: SelectionProblems
}

interface Props extends Shared {
  list: SelectorDraft[]
  // title is what a selector is called, before its number.
  title: string
  // add is what the button says that adds one, which make makes.
  add: string
  make: () => SelectorDraft
  // keepOne has the last one stay.
  keepOne?: boolean
  onChange: (list: SelectorDraft[]) => void
}

// Selectors edits a list of advanced event selectors.
export function Selectors({ list, title, add, make, keepOne, onChange, problems, ...shared }: Props) {
  const wrong = list.findIndex((draft) => problems?.drafts.has(draft.key))
  const { from, to, show, pages } = usePaged(list.length, 10, 'selector', wrong)
  const adder = useRef<ButtonProps.Ref>(null)
  const remove = (draft: SelectorDraft) => {
    onChange(list.filter((d) => d !== draft))
    adder.current?.focus() // the button that had the focus goes
  }
  return (
    <SpaceBetween size="m">
      <div>
        {list.slice(from, to).map((draft, n) => (
          <SelectorEditor
            {...shared}
            key={draft.key}
            title={`${title} ${from + n + 1}`}
            draft={draft}
            problems={problems?.drafts.get(draft.key)}
            onChange={(next) => onChange(list.with(from + n, next))}
            onRemove={keepOne && list.length === 1 ? undefined : () => remove(draft)}
          />
        ))}
      </div>
      {pages}
      <Button
        ref={adder}
        formAction="none"
        onClick={() => {
          onChange([...list, make()])
          show(list.length)
        }}
      >
        {add}
      </Button>
    </SpaceBetween>
  )
}
