/** Where we are: the fragment, so that the page works from any address and inside the desktop's window. */
export type Route =
  | { at: 'overview' }
  | { at: 'account'; id: string; meter: string | null }
  | { at: 'add' }
  | { at: 'alerts'; episode: number | null }
  | { at: 'settings' };

export function parseRoute(hash: string): Route {
  const [name, first, second] = hash
    .replace(/^#\/?/, '')
    .split('/')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
  if (name === 'account' && first) return { at: 'account', id: first, meter: second ?? null };
  if (name === 'add') return { at: 'add' };
  if (name === 'alerts') return { at: 'alerts', episode: first ? Number(first) || null : null };
  if (name === 'settings') return { at: 'settings' };
  return { at: 'overview' };
}

export const accountHref = (id: string, meter?: string | null): string =>
  `#/account/${encodeURIComponent(id)}${meter ? `/${encodeURIComponent(meter)}` : ''}`;
