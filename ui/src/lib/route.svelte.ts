/** Where we are: the fragment, so that the page works from any address and inside the desktop's window. */
export type Route =
  | { at: 'overview' }
  | { at: 'account'; id: string; meter: string | null }
  | { at: 'add' }
  | { at: 'alerts'; episode: number | null }
  | { at: 'why'; account: string | null; when: number | null }
  | { at: 'settings'; section: string | null };

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
  if (name === 'why') {
    const when = second ? Number(second) : NaN;
    return {
      at: 'why',
      account: first || null,
      when: first && Number.isSafeInteger(when) ? when : null,
    };
  }
  if (name === 'settings') return { at: 'settings', section: first || null };
  return { at: 'overview' };
}

export const accountHref = (id: string, meter?: string | null): string =>
  `#/account/${encodeURIComponent(id)}${meter ? `/${encodeURIComponent(meter)}` : ''}`;

/** The settings, or one part of them by its heading's id. */
export const settingsHref = (section?: string): string =>
  section ? `#/settings/${section}` : '#/settings';

/** An alert's page. */
export const alertHref = (id: number): string => `#/alerts/${id}`;

/** The page that says why: of an account's refusal at a moment, of its newest one, or of what is pasted there. */
export const whyHref = (account?: string | null, when?: number | null): string =>
  account
    ? `#/why/${encodeURIComponent(account)}${when === null || when === undefined ? '' : `/${when}`}`
    : '#/why';
