import { describe, expect, it } from 'vitest'
import { byTheme, inTheme, phraseOf, themes } from './sample-themes'

const theme = (id: string) => themes.find((t) => t.id === id)!

describe('phraseOf', () => {
  it('asks for all when nothing was typed', () => {
    expect(phraseOf('')).toBe(phraseOf(' x '))
    expect(phraseOf('')).toMatch(/eventname/)
  })
  it('keeps to what the operation takes', () => {
    expect(phraseOf('who signed\nin?')).toBe('who signed in?')
    expect(phraseOf('Schlüssel')).toBe('Schl ssel')
    expect(phraseOf('a'.repeat(2000))).toHaveLength(1000)
  })
})

describe('inTheme', () => {
  it('tells what a query is about', () => {
    const login = {
      Name: 'Failed sign-ins',
      Description: 'guessed passwords',
      SQL: "SELECT errorcode FROM x WHERE eventname = 'ConsoleLogin'",
    }
    expect(themes.filter((t) => inTheme(t, login)).map((t) => t.id)).toEqual(['all', 'sign-in', 'threats'])
    const bucket = {
      Name: 'Changes',
      Description: 'Who changed what',
      SQL: "SELECT 1 FROM x WHERE eventsource = 's3.amazonaws.com' AND errorcode IS NULL",
    }
    expect(inTheme(theme('storage'), bucket)).toBe(true)
    expect(inTheme(theme('errors'), bucket)).toBe(false)
  })
})

describe('byTheme', () => {
  it('puts what belongs together together, and what belongs nowhere last', () => {
    const sample = (Name: string, SQL: string) => ({ Name, SQL, Description: '' })
    const all = [
      sample('nothing', 'SELECT 1'),
      sample('a', 's3.amazonaws.com'),
      sample('b', 'ConsoleLogin'),
      sample('c', 's3.amazonaws.com'),
    ]
    expect(byTheme(all).map((s) => s.Name)).toEqual(['b', 'a', 'c', 'nothing'])
  })
})
