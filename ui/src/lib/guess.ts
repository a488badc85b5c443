/** Whose a pasted key or address is. Worked out here: nothing is sent, and nothing is kept. */
import type { ConnectorView } from './bindings/ConnectorView';

/** What a form begins with. */
export interface Start {
  connector: ConnectorView;
  /** Role → the key. */
  secrets: Record<string, string>;
  /** Role → the environment variable that holds it. */
  found: Record<string, string>;
  baseUrl: string;
}

const NAME = /^(localhost|([a-z0-9-]+\.)+[a-z]{2,6}|\d+(\.\d+){3})(:\d+)?(\/\S*)?$/;

/** The text as an address; `null`: it is none. A bare host counts as https, this machine and numbers as http. */
function address(text: string): URL | null {
  const local = /^(localhost|\d+\.)/.test(text);
  const whole = NAME.test(text) ? `${local ? 'http' : 'https'}://${text}` : text;
  return /^https?:\/\//i.test(whole) && URL.canParse(whole) ? new URL(whole) : null;
}

/** Whether a text is an address, or a key as far as anybody can tell. */
export const isAddress = (text: string): boolean => address(text.trim()) !== null;

/** `api.openai.com` → `openai.com`. */
const site = (host: string): string => host.split('.').slice(-2).join('.');

const siteOf = (url: string | null): string =>
  url && URL.canParse(url) ? site(new URL(url).hostname) : '';

/** The role whose keys begin like this one, and how many letters say so; the first role where none does. */
function role(connector: ConnectorView, key: string): { role: string; letters: number } {
  const fits = connector.starts.filter(([, start]) => key.startsWith(start));
  const best = fits.sort((a, b) => b[1].length - a[1].length)[0];
  return { role: best?.[0] ?? connector.secrets[0]?.role ?? '', letters: best?.[1].length ?? 0 };
}

/** How well an address fits: 3 the API's own, 2 a page of the provider, 1 by its name, 0 not. */
function fit(one: ConnectorView, host: string): number {
  const here = site(host);
  if (siteOf(one.base_url) === here) return 3;
  const pages = [one.keys_url, one.top_up_url, ...one.secrets.map((secret) => secret.url)];
  if (pages.some((page) => siteOf(page) === here)) return 2;
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  return plain(host).includes(plain(one.id)) ? 1 : 0;
}

/** The connectors that a key or address may be for, best first; `sure` when it says so itself. */
export function fitting(
  text: string,
  connectors: ConnectorView[],
): { sure: boolean; found: ConnectorView[] } {
  const best = (score: (one: ConnectorView) => number) =>
    connectors
      .map((one) => ({ one, score: score(one) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
  const url = address(text.trim());
  if (url) {
    const found = best((one) => fit(one, url.hostname));
    // Nobody's own: a gateway, or something that speaks like one.
    const own = connectors.filter((one) => one.base_url === null);
    return found.length > 0
      ? { sure: true, found: found.map(({ one }) => one) }
      : { sure: false, found: own };
  }
  const found = best((one) => role(one, text.trim()).letters);
  // Half of all keys begin with "sk-": that says little.
  const sure = (found[0]?.score ?? 0) > 3;
  return { sure, found: found.filter(({ score }) => !sure || score > 3).map(({ one }) => one) };
}

/** A connector's form with what was pasted in its place. */
export function begin(connector: ConnectorView, pasted = ''): Start {
  const text = pasted.trim();
  const start: Start = { connector, secrets: {}, found: {}, baseUrl: '' };
  const url = address(text);
  if (url && (connector.base_url === null || fit(connector, url.hostname) === 1)) {
    // Never its query, user name or fragment: a key may stand there.
    const path = url.pathname.replace(/\/+$/, '');
    const [tail, kept] =
      connector.kind === 'headers' ? [/(\/v\d\w*)\/.*$/, '$1'] : [/\/v\d\w*(\/.*)?$/, ''];
    start.baseUrl = url.origin + path.replace(tail, kept);
  } else if (text && !url) {
    start.secrets[role(connector, text).role] = text;
  }
  return start;
}
