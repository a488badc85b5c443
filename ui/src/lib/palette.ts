/** What the palette finds: pages, accounts, meters, actions and parts of the settings; and how well a text fits. */
import type { Overview } from './bindings/Overview';
import { accountHref, alertHref, settingsHref, whyHref } from './route.svelte';
import { say } from './say.svelte';
import type { App } from './state.svelte';
import { setTheme } from './theme.svelte';

export type EntryKind = 'alert' | 'action' | 'page' | 'account' | 'meter' | 'setting';

export interface Entry {
  id: string;
  kind: EntryKind;
  name: string;
  /** Further words that find it, such as a connector's name; not shown. */
  also: string;
  /** Either an address to go to, or something to do. */
  href?: string;
  run?: () => unknown;
}

const plain = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();

const isWordStart = (text: string, at: number): boolean =>
  at === 0 || !/[\p{L}\p{N}]/u.test(text.charAt(at - 1));

/** How well one word fits a text: 0 not at all, up to 4 for its beginning. Letters in their order are enough. */
function fit(word: string, text: string): number {
  let at = text.indexOf(word);
  if (at === 0) return 4;
  for (let next = at; next > 0; next = text.indexOf(word, next + 1))
    if (isWordStart(text, next)) return 3;
  if (at > 0) return 2;
  // Scattered letters: the nearer they stand together the better. From the last letter back, so as not to begin early.
  at = -1;
  for (const letter of word) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return 0;
  }
  let from = at;
  for (let back = word.length - 2; back >= 0; back -= 1)
    from = text.lastIndexOf(word.charAt(back), from - 1);
  return word.length / (at - from + 1);
}

/** How well an entry answers a query: every word of it must fit; 0 when one does not. */
export function score(query: string, { name, also }: Pick<Entry, 'name' | 'also'>): number {
  const [own, more] = [plain(name), plain(also)];
  let sum = 0;
  for (const word of plain(query).split(/\s+/).filter(Boolean)) {
    const one = Math.max(fit(word, own), fit(word, more) * 0.6);
    if (one === 0) return 0;
    sum += one;
  }
  // Of equals the shorter name.
  return sum + 1 / (10 + own.length);
}

/** The entries that answer a query, the best first and at most `most`; without a query all, as they come. */
export function find(query: string, entries: Entry[], most = 50): Entry[] {
  if (query.trim() === '') return entries.slice(0, most);
  return entries
    .map((entry) => ({ entry, points: score(query, entry) }))
    .filter(({ points }) => points > 0)
    .toSorted((a, b) => b.points - a.points)
    .slice(0, most)
    .map(({ entry }) => entry);
}

/** All that can be found, the most wanted first. */
export function entries(app: App): Entry[] {
  const { overview } = app;
  return [
    ...alerts(app, overview),
    ...actions(app, overview),
    ...pages(),
    ...accounts(overview),
    ...settings(),
    ...manners(app),
  ];
}

function alerts(app: App, overview: Overview | null): Entry[] {
  return (overview?.episodes ?? []).flatMap(({ id, title, state, account_label }) => {
    const entry = (what: string, name: string, rest: Pick<Entry, 'href' | 'run'>): Entry => ({
      id: `${what} ${id}`,
      kind: 'alert',
      name,
      also: account_label ?? '',
      ...rest,
    });
    const found = [entry('open', title, { href: alertHref(id) })];
    const hours = 4;
    if (state !== 'snoozed') {
      const run = () => app.act('snooze', { id, hours }, say('overview-headline-snoozed'));
      found.push(entry('snooze', say('palette-snooze', { title }), { run }));
    }
    if (state !== 'acknowledged') {
      const run = () => app.act('acknowledge', { id }, say('overview-headline-acknowledged'));
      found.push(entry('acknowledge', say('palette-acknowledge', { title }), { run }));
    }
    return found;
  });
}

function actions(app: App, overview: Overview | null): Entry[] {
  const action = (id: string, name: string, also: string, rest: Pick<Entry, 'href' | 'run'>) => ({
    id,
    kind: 'action' as const,
    name,
    also,
    ...rest,
  });
  const demo = overview?.world === 'demo';
  return [
    action('add', say('shell-page-add'), say('palette-add.also'), { href: '#/add' }),
    action('poll', say('palette-poll'), say('palette-poll.also'), {
      run: () => app.act('poll_now', { id: null }, say('overview-trouble-polled')),
    }),
    demo
      ? action('stop', say('shell-demo-stop'), say('palette-demo.also'), {
          run: () => app.act('stop_demo', {}, say('shell-demo-stopped')),
        })
      : action('start', say('shell-demo-start'), say('palette-demo.also'), {
          run: () => app.act('start_demo', {}, say('shell-demo-started')),
        }),
  ];
}

function pages(): Entry[] {
  const page = (name: string, also: string, href: string): Entry => ({
    id: href,
    kind: 'page',
    name,
    also,
    href,
  });
  return [
    page(say('shell-page-overview'), say('palette-overview.also'), '#/'),
    page(say('shell-page-alerts'), say('palette-alerts.also'), '#/alerts'),
    page(say('shell-page-why'), say('palette-why.also'), whyHref()),
    page(say('shell-page-settings'), say('palette-settings.also'), settingsHref()),
  ];
}

function accounts(overview: Overview | null): Entry[] {
  return (overview?.accounts ?? []).flatMap(({ id, label, connector_name, meters }) => [
    { id, kind: 'account' as const, name: label, also: connector_name, href: accountHref(id) },
    ...meters.map((meter) => ({
      id: `${id} ${meter.key}`,
      kind: 'meter' as const,
      name: `${label} · ${meter.label}`,
      also: connector_name,
      href: accountHref(id, meter.key),
    })),
  ]);
}

function settings(): Entry[] {
  const part = (id: string, name: string, also: string): Entry => ({
    id: `settings ${id}`,
    kind: 'setting',
    name,
    also,
    href: settingsHref(id),
  });
  return [
    part('notifications', say('palette-notifications'), say('palette-notifications.also')),
    {
      ...part('when', say('palette-when'), say('palette-when.also')),
      // It stands where the alerts are.
      href: '#/alerts/when',
    },
    part('rhythm', say('palette-rhythm'), say('palette-rhythm.also')),
    part('appearance', say('palette-appearance'), say('palette-appearance.also')),
    part('system', say('palette-system'), say('palette-system.also')),
    part('about', say('palette-about'), say('palette-about.also')),
  ];
}

/** How the window looks and speaks. */
function manners(app: App): Entry[] {
  const to = (id: string, name: string, also: string, run: () => unknown): Entry => ({
    id,
    kind: 'action',
    name,
    also,
    run,
  });
  const look = say('palette-theme.also');
  const speak = say('palette-language.also');
  return [
    to('light', say('palette-theme-light'), look, () => setTheme('light')),
    to('dark', say('palette-theme-dark'), look, () => setTheme('dark')),
    to('theme', say('palette-theme-system'), look, () => setTheme('system')),
    to('en', say('palette-language-en'), speak, () => app.act('set_language', { language: 'en' })),
    to('zh', say('palette-language-zh'), speak, () =>
      app.act('set_language', { language: 'zh-CN' }),
    ),
    to('tongue', say('palette-language-system'), speak, () =>
      app.act('set_language', { language: null }),
    ),
  ];
}
