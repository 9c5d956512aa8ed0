import Link, { type LinkProps } from '@cloudscape-design/components/link'
import { useCallback } from 'react'
import { useNavigate, useSearchParams } from 'react-router'

const root = '/console'

// useGo navigates inside the console: go('/trails/my-trail'). The Region in the
// address stays.
export function useGo(): (path: string, options?: { replace?: boolean; state?: unknown }) => void {
  const navigate = useNavigate()
  const [params] = useSearchParams()
  const region = params.get('region')
  return useCallback((path, options) => navigate(withRegion(path, region), options), [navigate, region])
}

function withRegion(path: string, region: string | null): string {
  if (!region || /[?&]region=/.test(path)) return path
  return path + (path.includes('?') ? '&' : '?') + 'region=' + region
}

// hrefOf is the address of a page of the console, for links and new tabs.
export const hrefOf = (path: string) => root + path

// follow makes the handler of a Cloudscape component that has links of ours.
export function useFollow(): (event: CustomEvent<{ href?: string; external?: boolean }>) => void {
  const go = useGo()
  return useCallback(
    (event) => {
      const { href, external } = event.detail
      if (external || !href?.startsWith(root + '/')) return
      event.preventDefault()
      go(href.slice(root.length))
    },
    [go],
  )
}

// PageLink is a link to a page of the console: <PageLink to="/trails">.
export function PageLink({ to, ...props }: { to: string } & Omit<LinkProps, 'href' | 'onFollow' | 'external'>) {
  const follow = useFollow()
  return <Link {...props} href={hrefOf(to)} onFollow={follow} />
}
