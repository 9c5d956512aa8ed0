import { useEffect, useImperativeHandle, useLayoutEffect, useRef, type Ref } from 'react'
import '~/components/json.css'
import type { Known } from '../complete'
import type { Catalogue } from '../schema'
import { createEditor, type Editor } from './editor'
import type { Wrong } from './marks'

interface Props {
  ref?: Ref<Editor | null>
  // id is of what is edited: its selection and history are kept while it is not shown.
  id: string
  text: string
  label: string
  known: Known
  catalogue: Catalogue | undefined
  wrong: Wrong | null
  tabIndents: boolean
  onChange: (text: string) => void
  onRun: () => void
  // onSelect tells whether something is selected.
  onSelect: (some: boolean) => void
}

const kept = new Map<string, unknown>()

// Code is the editor of a statement.
export default function Code({ ref, id, text, label, known, catalogue, wrong, tabIndents, onChange, onRun, onSelect }: Props) {
  const parent = useRef<HTMLDivElement>(null)
  const editor = useRef<Editor | null>(null)
  const latest = useRef({ text, onChange, onRun, onSelect })
  useLayoutEffect(() => {
    latest.current = { text, onChange, onRun, onSelect }
  })

  // Before the handle below is given out.
  useLayoutEffect(() => {
    const made = createEditor(parent.current!, {
      label,
      text: latest.current.text,
      kept: kept.get(id),
      onChange: (next) => latest.current.onChange(next),
      onRun: () => latest.current.onRun(),
      onSelect: (some) => latest.current.onSelect(some),
    })
    editor.current = made
    return () => {
      kept.set(id, made.save())
      made.destroy()
      editor.current = null
    }
  }, [id, label])
  useImperativeHandle(ref, () => editor.current!, [id, label])

  useEffect(() => editor.current?.know(known, catalogue), [id, label, known, catalogue])
  useEffect(() => editor.current?.tabIndents(tabIndents), [id, label, tabIndents])
  useEffect(() => editor.current?.mark(wrong), [id, label, wrong])
  // What was changed elsewhere: a saved query was opened, the address had another.
  useEffect(() => {
    const now = editor.current?.text()
    if (now !== undefined && now !== text) editor.current!.change([{ from: 0, to: now.length, insert: text }])
  }, [text])

  return <div className="query-code" ref={parent} />
}
