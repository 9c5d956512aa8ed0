import { StateEffect, StateField, type Extension } from '@codemirror/state'
import { Decoration, EditorView, hoverTooltip, MatchDecorator, ViewPlugin, type DecorationSet, type ViewUpdate } from '@codemirror/view'
import type { Known } from '../complete'
import { shortType, speltName } from '../schema'

// Wrong is what is wrong with the text, and where.
export interface Wrong {
  from: number
  to: number
  message: string
}

// setWrong marks a place, or none.
export const setWrong = StateEffect.define<Wrong | null>()

const underline = (message: string) => Decoration.mark({ class: 'cm-wrong', attributes: { title: message } })
const wrongLine = Decoration.line({ class: 'cm-wrong-line' })

// wrongPlace shows it until the text is changed there.
export const wrongPlace = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, tr) {
    let next = marks.map(tr.changes)
    if (tr.docChanged) tr.changes.iterChangedRanges((from, to) => marks.between(from, to, () => void (next = Decoration.none)))
    for (const effect of tr.effects) {
      if (!effect.is(setWrong)) continue
      const wrong = effect.value
      next = Decoration.none
      if (!wrong || wrong.from >= wrong.to || wrong.to > tr.state.doc.length) continue
      next = Decoration.set([wrongLine.range(tr.state.doc.lineAt(wrong.from).from), underline(wrong.message).range(wrong.from, wrong.to)])
    }
    return next
  },
  provide: (field) => EditorView.decorations.from(field),
})

// storeNames marks the ids of event data stores, with their names in a tooltip.
export function storeNames(stores: Known['stores']): Extension {
  const names = new Map(stores.map((s) => [s.id.toLowerCase(), s.name]))
  const decorator = new MatchDecorator({
    regexp: /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
    decoration: (match) => {
      const name = names.get(match[0].toLowerCase())
      return Decoration.mark({ class: 'cm-store', attributes: name ? { title: `Event data store ${name}` } : {} })
    },
  })
  return ViewPlugin.define(
    (view) => ({
      marks: decorator.createDeco(view),
      update(update: ViewUpdate) {
        this.marks = decorator.updateDeco(update, this.marks)
      },
    }),
    { decorations: (plugin) => plugin.marks },
  )
}

// meaning tells what the function or column under the pointer is.
export function meaning(known: Known): Extension {
  return hoverTooltip((view, pos) => {
    const word = view.state.wordAt(pos)
    const name = word && view.state.sliceDoc(word.from, word.to).toLowerCase()
    const text = name && explain(known, name, view.state.sliceDoc(word.to, word.to + 1) === '(')
    if (!text) return null
    return {
      pos: word.from,
      end: word.to,
      above: true,
      create: () => {
        const dom = document.createElement('div')
        dom.className = 'cm-hover'
        dom.textContent = text
        return { dom }
      },
    }
  })
}

function explain(known: Known, name: string, called: boolean): string | undefined {
  const column = known.columns.find((c) => c.name === name)
  if (column && !called) return `${speltName(name)} ${shortType(column.type)}${column.description ? '\n' + column.description : ''}`
  const functions = known.functions.filter((f) => f.name === name)
  return called && functions.length > 0 ? functions.flatMap((f) => f.signatures).join('\n') : undefined
}
