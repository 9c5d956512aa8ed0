import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

// Colors are for both modes at once: light-dark() follows the page's color scheme.
// Each has a contrast of at least 4.5 to the ground that it stands on.
const ground = 'light-dark(#ffffff, #0f141a)'
const faint = 'light-dark(#5f6b7a, #a4a4ad)'
const line = 'light-dark(#d1d5db, #424650)'
const accent = 'light-dark(#006ce0, #42b4ff)'
const mono = "Monaco, Menlo, Consolas, 'Courier Prime', Courier, monospace"

const theme = EditorView.theme({
  '&': { fontSize: '13px', backgroundColor: ground, color: 'light-dark(#0f141a, #dedee3)', height: '100%' },
  '.cm-scroller': { fontFamily: mono, lineHeight: '1.55' },
  '.cm-content': { caretColor: 'light-dark(#000000, #ffffff)', padding: '8px 0' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'light-dark(#000000, #ffffff)' },
  '&.cm-focused': { outline: `2px solid ${accent}`, outlineOffset: '-2px' },
  '.cm-gutters': { backgroundColor: 'light-dark(#f6f6f9, #161d26)', color: faint, borderRight: `1px solid ${line}` },
  '.cm-activeLine': { backgroundColor: 'light-dark(#f0f7ff80, #1b253580)' },
  '.cm-activeLineGutter': { backgroundColor: 'light-dark(#e8f0fa, #233044)', color: 'light-dark(#0f141a, #ffffff)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'light-dark(#b8d8ff, #1e4a7a)',
  },
  '&.cm-focused .cm-matchingBracket, &.cm-focused .cm-nonmatchingBracket': {
    backgroundColor: 'light-dark(#d1f1ff, #00404d)',
    outline: `1px solid ${line}`,
  },
  '.cm-placeholder': { color: faint },
  '.cm-store': { borderBottom: `1px dashed ${faint}`, color: 'light-dark(#00606b, #6ee0ea)' },
  // What stands inside is colored as a number or a name otherwise.
  '.cm-store span': { color: 'inherit' },
  '.cm-wrong': { textDecoration: 'underline wavy light-dark(#db0000, #ff7a7a)', textUnderlineOffset: '3px' },
  '.cm-wrong-line': { backgroundColor: 'light-dark(#fff0f0, #3a1418)' },
  '.cm-panels': { backgroundColor: 'light-dark(#f6f6f9, #161d26)', color: 'inherit' },
  '.cm-searchMatch': { backgroundColor: 'light-dark(#ffe8a3, #5c4500)' },
  '.cm-searchMatch-selected': { backgroundColor: 'light-dark(#ffc66b, #8a6100)' },
  '.cm-tooltip': {
    backgroundColor: 'light-dark(#ffffff, #1b232d)',
    border: `1px solid ${line}`,
    borderRadius: '6px',
    color: 'inherit',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: mono, fontSize: '12.5px', maxHeight: '18em', maxWidth: 'min(640px, 90vw)' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'light-dark(#d8ebff, #1e4a7a)', color: 'inherit' },
  '.cm-completionDetail': { color: faint, fontStyle: 'normal' },
  '.cm-tooltip-autocomplete ul li[aria-selected] .cm-completionDetail': { color: 'inherit' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-tooltip.cm-completionInfo, .cm-hover': {
    padding: '6px 10px',
    maxWidth: '420px',
    whiteSpace: 'pre-wrap',
    fontFamily: mono,
    fontSize: '12px',
  },
  '.cm-snippetField': { backgroundColor: 'light-dark(#e8f0fa, #233044)' },
})

const colors = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: 'light-dark(#033160, #75cfff)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'light-dark(#00523b, #7be8b9)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'light-dark(#7d2105, #ffbb8a)' },
  { tag: [tags.standard(tags.name), tags.typeName], color: 'light-dark(#6b21a8, #d9b3ff)' },
  { tag: [tags.lineComment, tags.blockComment], color: faint, fontStyle: 'italic' },
  { tag: tags.operator, color: 'light-dark(#424650, #c6c6cd)' },
])

// look is how the editor looks, in light and dark mode.
export const look: Extension = [theme, syntaxHighlighting(colors)]
