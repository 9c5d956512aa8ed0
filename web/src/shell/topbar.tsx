import TopNavigation from '@cloudscape-design/components/top-navigation'
import { signOut, signOutEverywhere } from '~/api/session'
import { type Zone } from '~/lib/time'
import { usePreference } from '~/lib/preferences'
import logo from './cairn.svg'
import { hrefOf, useFollow, useGo } from './link'
import { useNotify } from './notifications'
import { useHeldSession, useRegion, useSession } from './session'
import { useTheme, type Theme } from './theme'

// useZone is the time zone that times are shown in, UTC at first.
export function useZone(): [Zone, (zone: Zone) => void] {
  return usePreference<Zone>('zone', 'utc')
}

const check = (on: boolean) => (on ? ('check' as const) : undefined)

// Topbar is the bar above all pages: settings, the Region, and who is signed in.
export function Topbar() {
  const session = useSession()
  const { end } = useHeldSession()
  const [region, setRegion] = useRegion()
  const [theme, setTheme] = useTheme()
  const [zone, setZone] = useZone()
  const follow = useFollow()
  const go = useGo()
  const { fail } = useNotify()

  const regionName = session.regions.find((r) => r.id === region)?.name ?? region
  const leave = async (how: () => Promise<void>) => {
    try {
      await how()
      end()
    } catch (error) {
      fail('You are still signed in', error)
    }
  }
  const settings = [
    {
      id: 'theme', text: 'Theme', items: (['system', 'light', 'dark'] as Theme[]).map((id) => ({
        id: 'theme:' + id, text: { system: 'As the system', light: 'Light', dark: 'Dark' }[id], iconName: check(theme === id),
      })),
    },
    {
      id: 'zone', text: 'Times', items: (['utc', 'local'] as Zone[]).map((id) => ({
        id: 'zone:' + id, text: { utc: 'UTC', local: 'Local time' }[id], iconName: check(zone === id),
      })),
    },
  ]
  return (
    <TopNavigation
      identity={{ href: hrefOf('/events'), title: 'Cairn', logo: { src: logo, alt: '' }, onFollow: follow }}
      utilities={[
        {
          type: 'menu-dropdown', iconName: 'settings', ariaLabel: 'Settings', title: 'Settings', items: settings,
          onItemClick: ({ detail }) => {
            const [what, value] = detail.id.split(':')
            if (what === 'theme') setTheme(value as Theme)
            if (what === 'zone') setZone(value as Zone)
          },
        },
        {
          type: 'menu-dropdown', text: regionName, ariaLabel: `Region: ${regionName}, ${region}`,
          items: session.regions.map((r) => ({ id: r.id, text: r.name, labelTag: r.id, iconName: check(r.id === region) })),
          onItemClick: ({ detail }) => setRegion(detail.id),
        },
        {
          type: 'menu-dropdown', text: session.userName, iconName: 'user-profile', ariaLabel: `Signed in as ${session.userName}`,
          description: `Account ${session.account}${session.accountName ? ` (${session.accountName})` : ''}`,
          items: [
            { id: 'credentials', text: 'Security credentials' },
            { id: 'sign-out', text: 'Sign out' },
            { id: 'everywhere', text: 'Sign out everywhere' },
          ],
          onItemClick: ({ detail }) => {
            if (detail.id === 'credentials') go('/credentials')
            if (detail.id === 'sign-out') void leave(signOut)
            if (detail.id === 'everywhere') void leave(signOutEverywhere)
          },
        },
      ]}
    />
  )
}
