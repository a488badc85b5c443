import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import App from '../App.svelte';
import { BackendError, type Backend } from '../lib/backend/types';
import type { AlertPage } from '../lib/bindings/AlertPage';
import type { BacktestView } from '../lib/bindings/BacktestView';
import type { EpisodePage } from '../lib/bindings/EpisodePage';
import type { EventMessage } from '../lib/bindings/EventMessage';
import type { LanguageRequest } from '../lib/bindings/LanguageRequest';
import type { ReplayView } from '../lib/bindings/ReplayView';
import type { RhythmView } from '../lib/bindings/RhythmView';
import type { Settings } from '../lib/bindings/Settings';
import { HOUR, NOW, nothing } from '../lib/testing';

const moment = {
  at: NOW - 5 * HOUR,
  severity: 'heads_up',
  channel: 'desktop',
  title: 'Acme · balance will likely run out tomorrow',
  why: ['The chance that it runs out within 48 hours is 40 %; told from 2 % on.'],
  range: { p10: NOW + 2 * HOUR, p50: NOW + 9 * HOUR, p90: null },
  trail: [],
} satisfies EpisodePage['moments'][number];
const page: EpisodePage = {
  episode: {
    id: 7,
    account: 'acme',
    account_label: 'Acme',
    meter: 'balance.usd',
    kind: 'wall',
    state: 'firing',
    severity: 'soon',
    title: 'Acme · balance could run out around Sat 21 Nov 16:40',
    began_at: NOW - 5 * HOUR,
    resolved_at: null,
    snoozed_until: null,
    told_at: NOW - HOUR,
    refused_at: null,
    why: [],
  },
  meter_label: 'balance',
  moments: [
    moment,
    {
      ...moment,
      at: NOW - HOUR,
      severity: 'soon',
      channel: 'in_app',
      title: 'Acme · balance could run out today',
      why: ['At the present burn it is gone within 2 hours.'],
    },
  ],
  after: ['Nothing was left from 21 Nov, 12:00 on.'],
  deliveries: [
    {
      id: 3,
      channel: 'ops',
      kind: 'notice',
      severity: 'soon',
      title: 'Acme · balance could run out today',
      state: 'failed',
      made_at: NOW - HOUR,
      tried_at: NOW - HOUR,
      next_at: NOW + HOUR,
      tries: 2,
      error: 'hooks.example.org did not take it (status 400): invalid_payload',
    },
  ],
};

const scored: BacktestView = {
  at: NOW - HOUR,
  sentences: ['Of your last 6 walls 6 were told at least 1 h ahead; 1 warning in vain.'],
  accounts: [],
};

const rhythm: RhythmView = {
  days: [],
  hours: null,
  zone: null,
  zone_used: 'UTC',
  holidays: [],
  away_until: null,
  sentence: 'Every day and hour counts as it was seen to.',
};

const settings: Settings = {
  version: '1',
  notifications: true,
  notifier: { ok: true, message: 'Fine.' },
  keychain: { ok: true, message: 'Fine.' },
  language: null,
  autostart: null,
  config_folder: 'a',
  data_folder: 'b',
  history_bytes: 1,
  world: 'live',
};

function backend(answer: Record<string, (request: unknown) => unknown>) {
  const sent: [string, unknown][] = [];
  let tell: (event: EventMessage) => void = () => {};
  const fake: Backend = {
    async call(command, request) {
      sent.push([command, request]);
      const found = ({ overview: () => nothing, rhythm: () => rhythm, ...answer } as typeof answer)[
        command
      ];
      return (found ? found(request) : null) as never;
    },
    listen(event, link) {
      tell = event;
      link('open');
      return () => {};
    },
  };
  return { fake, sent, tell: (event: EventMessage) => tell(event) };
}

test('an alert’s page says why the newest notice was told, and of any other on demand', async () => {
  location.hash = '#/alerts/7';
  let state: EpisodePage['episode']['state'] = 'firing';
  const { fake, sent } = backend({
    episode: () => ({ ...page, episode: { ...page.episode, state } }),
    acknowledge: () => {
      state = 'acknowledged';
    },
  });
  render(App, { backend: fake });
  await screen.findByRole('heading', { level: 1, name: page.episode.title });
  expect(sent).toContainEqual(['episode', { id: 7 }]);
  const why = screen.getByRole('region', { name: 'Why' });
  expect(why.textContent).toContain('At the present burn it is gone within 2 hours.');
  expect(why.textContent).toContain('told in the window');
  const buttons = within(why).getAllByRole('button');
  expect(buttons.map((one) => one.getAttribute('aria-pressed'))).toEqual(['false', 'true']);
  await fireEvent.click(buttons[0] as HTMLElement);
  expect(why.textContent).toContain('The chance that it runs out within 48 hours is 40 %');
  expect(why.textContent).toContain('told by the desktop');
  expect(screen.getByRole('region', { name: 'What came of it' }).textContent).toContain(
    'Nothing was left from 21 Nov, 12:00 on.',
  );
  const by = await screen.findByRole('region', { name: 'Sent to channels' });
  await within(by).findByText('ops');
  expect(by.textContent).toContain('did not take it (status 400): invalid_payload.');
  expect(by.textContent).toContain('(2 tries)');
  const button = screen.getByRole('button', { name: /^Acknowledge/ });
  button.focus();
  await fireEvent.click(button);
  expect(sent).toContainEqual(['acknowledge', { id: 7 }]);
  // The button is gone; its neighbour has the focus.
  await expect.poll(() => document.activeElement?.textContent).toBe('Snooze 4 h');
  expect(button.isConnected).toBe(false);
});

test('an alert that is not known says so', async () => {
  location.hash = '#/alerts/8';
  const { fake } = backend({
    episode: () => {
      throw new BackendError('not_found', 'gone');
    },
  });
  render(App, { backend: fake });
  await screen.findByText('This alert is not known.');
});

test('a notice in the window leads to its alert’s page', async () => {
  location.hash = '#/alerts';
  const { fake, tell } = backend({ episodes: () => [page.episode] });
  render(App, { backend: fake });
  const listed = await screen.findByRole('link', { name: page.episode.title });
  expect(listed.getAttribute('href')).toBe('#/alerts/7');
  tell({
    is: 'notice',
    episode: 7,
    severity: 'soon',
    title: 'Acme · balance',
    body: 'Top up to go on.',
    desktop: false,
  });
  const link = await screen.findByRole('link', { name: 'Why? Acme · balance' });
  expect(link.getAttribute('href')).toBe('#/alerts/7');
});

test('settings say how good the forecasts were, and score them anew on demand', async () => {
  location.hash = '#/settings';
  const { fake, sent } = backend({
    settings: () => settings,
    backtest: (request) =>
      (request as { fresh: boolean }).fresh
        ? {
            ...scored,
            sentences: ['Too little history to judge the warnings.'],
            accounts: ['one', 'two'].map((account) => ({
              account,
              label: account,
              walls: 4,
              told: 3,
              lead: 5 * HOUR,
              warnings: 0,
              in_vain: 0,
              forecasts: 7,
              coverage: null,
              off: null,
              sentences: [],
            })),
          }
        : scored,
  });
  render(App, { backend: fake });
  await screen.findByText(/Of your last 6 walls 6/);
  expect(screen.queryByRole('table')).toBeNull();
  await fireEvent.click(screen.getByRole('button', { name: 'Score now' }));
  await screen.findByText('Too little history to judge the warnings.');
  expect(sent).toContainEqual(['backtest', { fresh: true }]);
  const row = screen.getByRole('row', { name: /^one/ });
  expect([...row.children].map((cell) => cell.textContent)).toEqual([
    'one',
    '3 of 4',
    '5\u00a0h',
    '–',
    'too few (7)',
  ]);
});

const alerts: AlertPage = {
  all: { sensitivity: 'normal', quiet: '', breaks_through: true, bursts: true, low: '' },
  accounts: [
    { account: 'acme', label: 'Acme', lead: '', reload_below: '', key_expires: '' },
    { account: 'other', label: 'Other', lead: '', reload_below: '', key_expires: '' },
  ],
};
const replayed: ReplayView = {
  from: NOW - 30 * 24 * HOUR,
  to: NOW,
  sensitivity: 'low',
  summary: 'These settings would have told you once in 30 days, 5 h before the wall, once in vain.',
  per_week: 0.7,
  walls: [],
  notices: [
    {
      at: NOW - 5 * HOUR,
      account: 'acme',
      kind: 'wall',
      severity: 'soon',
      title: 'Acme · balance could run out today',
      fate: 'in_vain',
    },
  ],
  missed: 0,
  in_vain: 1,
};

test('settings are tried over the last month before they are saved', async () => {
  location.hash = '#/alerts';
  const { fake, sent } = backend({
    episodes: () => [],
    alert_settings: () => alerts,
    replay: () => replayed,
  });
  render(App, { backend: fake });
  await fireEvent.click(await screen.findByRole('button', { name: 'Later, rarely in vain' }));
  await fireEvent.click(screen.getByRole('button', { name: 'Try on the last 30 days' }));
  await screen.findByText(/^These settings would have told you once in 30 days/);
  expect(screen.getByText(/Acme · balance could run out today/).textContent).toContain(
    'nothing came',
  );
  const settings = { ...alerts.all, sensitivity: 'low' };
  expect(sent).toContainEqual(['replay', { account: null, days: 30, settings, own: null }]);
  // What was tried is no answer for other settings.
  await fireEvent.click(screen.getByRole('button', { name: 'Normal' }));
  expect(screen.queryByText(/These settings would have told you/)).toBeNull();
  // One account's lead, by the settings that are stored.
  const lead = screen.getAllByLabelText(/^How long it takes/)[0] as HTMLElement;
  await fireEvent.input(lead, { target: { value: '5 days' } });
  await fireEvent.click(screen.getByRole('button', { name: /: the alert settings of Acme$/ }));
  await screen.findByText(/^These settings would have told you once in 30 days/);
  const own = { ...alerts.accounts[0], lead: '5 days' };
  expect(sent).toContainEqual(['replay', { account: 'acme', days: 30, settings: null, own }]);
  expect(sent.map(([command]) => command).filter((one) => one.startsWith('set_'))).toEqual([]);
});

test('what is typed survives whatever happens, until it is saved', async () => {
  location.hash = '#/alerts';
  let world: 'live' | 'demo' = 'live';
  let now = alerts;
  const { fake, tell, sent } = backend({
    overview: () => ({ ...nothing, world }),
    episodes: () => [],
    alert_settings: () => now,
    set_alert_settings: (all) => {
      now = { ...now, all: { ...(all as AlertPage['all']), quiet: '22:00-08:00' } };
    },
  });
  render(App, { backend: fake });
  const quiet = (await screen.findByLabelText(/^Quiet hours/)) as HTMLInputElement;
  const asked = () => sent.filter(([command]) => command === 'alert_settings').length;
  await fireEvent.input(quiet, { target: { value: '22-8' } });
  const [first, second] = screen.getAllByLabelText(/^How long it takes/) as HTMLInputElement[];
  await fireEvent.input(first as HTMLElement, { target: { value: '5 days' } });
  // Somebody else changed the config, and another world is shown: all is asked again.
  const before = asked();
  now = {
    all: { ...now.all, low: '9 USD', quiet: '01:00-02:00' },
    accounts: now.accounts.map((one) => ({ ...one, lead: 'hours' })),
  };
  world = 'demo';
  tell({ is: 'changed' } as EventMessage);
  await expect.poll(asked, { timeout: 3_000 }).toBeGreaterThan(before);
  await expect.poll(() => second?.value).toBe('hours');
  expect([quiet.value, first?.value]).toEqual(['22-8', '5 days']);
  expect(screen.getAllByText('Not saved yet.')).toHaveLength(2);
  // Saved as typed; then what the program made of it is shown, and the other form is left alone.
  await fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await expect.poll(() => quiet.value).toBe('22:00-08:00');
  expect(sent).toContainEqual(['set_alert_settings', { ...alerts.all, quiet: '22-8' }]);
  expect(first?.value).toBe('5 days');
  expect(screen.getAllByText('Not saved yet.')).toHaveLength(1);
});

test('what cannot be taken is told at its field, which takes the focus', async () => {
  location.hash = '#/alerts';
  const { fake } = backend({
    episodes: () => [],
    alert_settings: () => alerts,
    set_alert_settings: () => {
      throw new BackendError('quiet', 'quiet hours: write it like 22:00-08:00');
    },
  });
  render(App, { backend: fake });
  const quiet = (await screen.findByLabelText(/^Quiet hours/)) as HTMLInputElement;
  await fireEvent.input(quiet, { target: { value: 'at night' } });
  await fireEvent.click(screen.getByRole('button', { name: 'Save' }));
  await expect.poll(() => document.activeElement).toBe(quiet);
  expect(quiet.getAttribute('aria-invalid')).toBe('true');
  const said = (quiet.getAttribute('aria-describedby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent);
  expect(said.join(' ')).toContain('Quiet hours: write it like 22:00-08:00.');
  expect(quiet.value).toBe('at night');
});

test('nothing live: one calm sentence, with what was told last', async () => {
  location.hash = '#/alerts';
  const past = (id: number, told: number | null) => ({
    ...page.episode,
    id,
    title: `Alert number ${id}`,
    state: 'resolved' as const,
    resolved_at: NOW - HOUR,
    told_at: told,
  });
  const { fake } = backend({
    alert_settings: () => alerts,
    episodes: () => [past(3, null), past(2, NOW - 2 * HOUR), past(1, NOW - 90 * HOUR)],
  });
  render(App, { backend: fake });
  const now = await screen.findByRole('region', { name: 'Now' });
  const said = now.textContent?.replace(/\s+/g, ' ').trim();
  expect(said).toBe('Now Nothing to act on. Last told 2 h ago: Alert number 2');
  const history = screen.getByRole('region', { name: 'Last 30 days' });
  expect(within(history).getAllByRole('listitem')).toHaveLength(3);
});

test('no alert ever: said, and without an account where to begin', async () => {
  location.hash = '#/alerts';
  const { fake } = backend({
    alert_settings: () => ({ ...alerts, accounts: [] }),
    episodes: () => [],
  });
  render(App, { backend: fake });
  await screen.findByText(/^No account is watched yet/);
  const links = screen.getAllByRole('link', { name: 'Add an account' });
  expect(links[0]?.getAttribute('href')).toBe('#/add');
  expect(screen.queryByRole('region', { name: 'Last 30 days' })).toBeNull();
});

test('another language is chosen in the settings, and the page follows at once', async () => {
  location.hash = '#/settings';
  let language: 'en' | 'zh-CN' = 'en';
  const { fake, sent } = backend({
    overview: () => ({ ...nothing, language }),
    settings: () => ({ ...settings, language }),
    backtest: () => scored,
    set_language: (request) => {
      language = (request as LanguageRequest).language ?? 'en';
    },
  });
  render(App, { backend: fake });
  await fireEvent.click(await screen.findByRole('button', { name: '简体中文' }));
  // The catalogue comes when it is needed first.
  const chinese = { level: 1, name: '设置' };
  await screen.findByRole('heading', chinese, { timeout: 10_000 });
  expect(sent).toContainEqual(['set_language', { language: 'zh-CN' }]);
  await expect
    .poll(() => screen.getByRole('button', { name: '简体中文' }).getAttribute('aria-pressed'))
    .toBe('true');
  await fireEvent.click(screen.getByRole('button', { name: 'English' }));
  await screen.findByRole('heading', { level: 1, name: 'Settings' });
}, 20_000);
