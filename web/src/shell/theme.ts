import { applyDensity, applyMode, Density, Mode } from '@cloudscape-design/global-styles'
import { useEffect } from 'react'
import { readPreference, usePreference } from '~/lib/preferences'
import './theme.css'

// Theme is light, dark, or as the system has it.
export type Theme = 'system' | 'light' | 'dark'

const dark = () => window.matchMedia('(prefers-color-scheme: dark)')

function apply(theme: Theme): void {
  applyMode(theme === 'dark' || (theme === 'system' && dark().matches) ? Mode.Dark : Mode.Light)
}

// applyTheme is called before the first paint.
export function applyTheme(): void {
  apply(readPreference<Theme>('theme', 'system'))
  applyDensity(readPreference('compact', false) ? Density.Compact : Density.Comfortable)
}

// useTheme is the theme, and how to change it; the page follows the system.
export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, set] = usePreference<Theme>('theme', 'system')
  useEffect(() => {
    apply(theme)
    const media = dark()
    const follow = () => apply(theme)
    media.addEventListener('change', follow)
    return () => media.removeEventListener('change', follow)
  }, [theme])
  return [theme, set]
}
