import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  snippetCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete'
import {
  defaultKeymap,
  history,
  historyField,
  historyKeymap,
  indentWithTab,
  isolateHistory,
  redo,
  toggleComment,
  undo,
} from '@codemirror/commands'
import { bracketMatching } from '@codemirror/language'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState, Prec, type Extension } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
  rectangularSelection,
} from '@codemirror/view'
import { offersAt, type Known, type Offer } from '../complete'
import type { Change } from '../from'
import type { Catalogue } from '../schema'
import { trino } from './dialect'
import { look } from './look'
import { meaning, setWrong, storeNames, wrongPlace, type Wrong } from './marks'

// Options are what an editor is made with.
export interface Options {
  label: string
  text: string
  // kept is what save returned: the text, the selection and the history of changes.
  kept?: unknown
  onChange: (text: string) => void
  onRun: () => void
  // onSelect tells whether something is selected, when that changes.
  onSelect: (some: boolean) => void
}

// Editor is an editor of SQL in the page.
export interface Editor {
  text: () => string
  // selected is what is selected, and where; the whole text if nothing is.
  selected: () => { text: string; from: number; whole: boolean }
  change: (changes: Change[]) => void
  insert: (text: string) => void
  undo: () => void
  redo: () => void
  comment: () => void
  show: (from: number, to: number) => void
  mark: (wrong: Wrong | null) => void
  know: (known: Known, catalogue: Catalogue | undefined) => void
  tabIndents: (on: boolean) => void
  focus: () => void
  save: () => unknown
  destroy: () => void
}

const none: Known = { keywords: [], functions: [], columns: [], stores: [] }
const fields = { history: historyField }

// createEditor puts an editor into an element.
export function createEditor(parent: HTMLElement, options: Options): Editor {
  const knowing = new Compartment()
  const tab = new Compartment()
  const extensions: Extension = [
    EditorView.cspNonce.of(document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''),
    Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => (options.onRun(), true) }])),
    basics,
    look,
    wrongPlace,
    knowing.of(knowledge(none, undefined)),
    tab.of([]),
    EditorView.contentAttributes.of({
      'aria-label': options.label,
      'aria-multiline': 'true',
      'aria-description': 'Ctrl+Enter runs, Ctrl+Space completes; Esc, then Tab leaves the editor',
      spellcheck: 'false',
      autocapitalize: 'off',
    }),
    placeholder('SELECT … FROM an event data store: choose one, or type. Ctrl+Space completes, Ctrl+Enter runs.'),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.onChange(update.state.doc.toString())
      const some = !update.state.selection.main.empty
      if (some === update.startState.selection.main.empty) options.onSelect(some)
    }),
  ]
  const view = new EditorView({ parent, state: stateOf(options, extensions) })
  options.onSelect(!view.state.selection.main.empty)
  return {
    text: () => view.state.doc.toString(),
    selected: () => {
      const { from, to, empty } = view.state.selection.main
      return empty ? { text: view.state.doc.toString(), from: 0, whole: true } : { text: view.state.sliceDoc(from, to), from, whole: false }
    },
    // One step of Undo, apart from what was typed before.
    change: (changes) => view.dispatch({ changes, scrollIntoView: true, annotations: isolateHistory.of('full') }),
    insert: (text) => {
      view.dispatch(view.state.replaceSelection(text), { scrollIntoView: true })
      view.focus()
    },
    undo: () => undo(view),
    redo: () => redo(view),
    comment: () => toggleComment(view),
    show: (from, to) => {
      const most = view.state.doc.length
      view.dispatch({
        selection: { anchor: Math.min(from, most), head: Math.min(to, most) },
        effects: EditorView.scrollIntoView(Math.min(from, most), { y: 'center' }),
      })
      view.focus()
    },
    mark: (wrong) => view.dispatch({ effects: setWrong.of(wrong) }),
    know: (known, catalogue) => view.dispatch({ effects: knowing.reconfigure(knowledge(known, catalogue)) }),
    tabIndents: (on) => view.dispatch({ effects: tab.reconfigure(on ? keymap.of([indentWithTab]) : []) }),
    focus: () => view.focus(),
    save: () => view.state.toJSON(fields),
    destroy: () => view.destroy(),
  }
}

function stateOf({ text, kept }: Options, extensions: Extension): EditorState {
  if (kept) {
    const state = EditorState.fromJSON(kept, { extensions }, fields)
    if (state.doc.toString() === text) return state
  }
  return EditorState.create({ doc: text, extensions })
}

// Chromium styles what is typed over a selection inline, which the page's security
// policy forbids and reports; so the editor puts it there itself.
const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to, empty } = view.state.selection.main
    const text = event.data
    if (event.inputType !== 'insertText' || !text || empty || view.composing || event.isComposing) return false
    const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true })
    if (!view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert))) view.dispatch(insert())
    return true
  },
})

const basics: Extension = [
  typedOver,
  lineNumbers(),
  highlightActiveLineGutter(),
  highlightSpecialChars(),
  history(),
  drawSelection(),
  rectangularSelection(),
  EditorState.allowMultipleSelections.of(true),
  EditorView.lineWrapping,
  bracketMatching(),
  closeBrackets(),
  highlightActiveLine(),
  highlightSelectionMatches(),
  search({ top: true }),
  keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap]),
]

// knowledge is what depends on the server's catalogue and on the event data stores.
function knowledge(known: Known, catalogue: Catalogue | undefined): Extension {
  const source = (context: CompletionContext): CompletionResult | null => {
    const found = offersAt(context.state.sliceDoc(0, context.pos), known, context.explicit)
    return found ? { from: found.from, options: found.offers.map(completion), validFor: /^\w*$/ } : null
  }
  return [
    trino(catalogue).extension,
    autocompletion({ override: [source], icons: false, maxRenderedOptions: 60 }),
    storeNames(known.stores),
    meaning(known),
  ]
}

function completion({ label, detail, info, insert, snippet, boost, kind }: Offer): Completion {
  const base: Completion = { label, detail, info, boost, type: kind }
  if (insert) return { ...base, apply: insert }
  return snippet ? snippetCompletion(snippet, base) : base
}
