import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import App from './App.svelte';
// Fetched when wanted; here before, so that no test waits for its compilation.
import './screens/AddAccount.svelte';
import type { Backend, LinkState } from './lib/backend/types';
import { BackendError } from './lib/backend/types';
import type { EventMessage } from './lib/bindings/EventMessage';
import type { Overview } from './lib/bindings/Overview';
import { nothing, someAccount, someMeter } from './lib/testing';

function overview(change: Partial<Overview> = {}): Overview {
  const forecast = { is: 'unknown', reason: 'two hours of history, a day is needed' } as const;
  return {
    ...nothing,
    headline: { ...nothing.headline, lead: 'Nothing runs out in the next 7 days' },
    accounts: [someAccount({ meters: [someMeter({ forecast })] })],
    ...change,
  };
}

function backend(answer: Record<string, () => unknown>) {
  const sent: [string, unknown][] = [];
  const ears: { event?: (event: EventMessage) => void; link?: (state: LinkState) => void } = {};
  const fake: Backend = {
    async call(command, request) {
      sent.push([command, request]);
      const found = answer[command];
      return (found ? found() : null) as never;
    },
    listen(event, link) {
      ears.event = event;
      ears.link = link;
      link('open');
      return () => {};
    },
  };
  return { fake, sent, ears };
}

test('without an account there are two ways on', async () => {
  const { fake, sent } = backend({ overview: () => overview({ accounts: [] }) });
  render(App, { backend: fake });
  await screen.findByRole('heading', { name: 'No account yet' });
  await fireEvent.click(screen.getByRole('button', { name: 'Start the simulator' }));
  expect(sent).toContainEqual(['start_demo', {}]);
});

test('a figure that nobody said is a dash, and a missing forecast says why', async () => {
  render(App, { backend: backend({ overview: () => overview() }).fake });
  await screen.findByText('no forecast: two hours of history, a day is needed');
  expect(screen.getByText('–')).toBeTruthy();
  expect(document.title).toBe('all calm · Tollwatch');
});

test('with the server gone the last figures stay', async () => {
  const { fake, ears } = backend({ overview: () => overview() });
  render(App, { backend: fake });
  await screen.findByText('Alpha');
  ears.link?.('lost');
  expect((await screen.findByRole('alert')).textContent).toContain('last figures');
  expect(screen.getByText('Alpha')).toBeTruthy();
});

test('a refused token says what to open', async () => {
  const { fake } = backend({
    overview: () => {
      throw new BackendError('token', 'open the address that was printed');
    },
  });
  render(App, { backend: fake });
  expect((await screen.findByRole('alert')).textContent).toContain('Open the address');
});

test('the simulator is marked and has a way out', async () => {
  const { fake, sent } = backend({ overview: () => overview({ world: 'demo', speed: 300 }) });
  render(App, { backend: fake });
  expect((await screen.findByRole('note')).textContent).toContain('300 ×');
  await fireEvent.click(screen.getByRole('button', { name: 'Stop the simulator' }));
  expect(sent).toContainEqual(['stop_demo', {}]);
});

test('a sum over currencies stands with its rates, and a missing one with its reason', async () => {
  const one = { today_before: null, week_before: null, month_before: null };
  const spent = [
    { ...one, unit: 'CNY', today: '62.5', week: '100', month: '1000' },
    { ...one, unit: 'USD', today: '1.25', week: '0', month: '10' },
  ];
  const sums = { unit: 'USD', today: '10', week: '14', month: '150' };
  const note = 'CNY at 0.14 USD, your rate of 1 Nov 2026';
  const { fake } = backend({ overview: () => overview({ spent, total: { ...sums, note } }) });
  const { unmount } = render(App, { backend: fake });
  await screen.findByText(
    'In all: $10.00 today, $14.00 this week, $150.00 in November (CNY at 0.14 USD, your rate of 1 Nov 2026).',
  );
  unmount();
  const none = { unit: 'USD', today: null, week: null, month: null, note: 'no sum in USD' };
  const { fake: other } = backend({ overview: () => overview({ spent, total: none }) });
  render(App, { backend: other });
  await screen.findByText('In all: no sum in USD.');
});

test('notices are shown in the window, warnings as banners', async () => {
  const { fake, ears } = backend({ overview: () => overview({ warnings: ['The disk is full.'] }) });
  render(App, { backend: fake });
  await screen.findByText(/The disk is full/);
  ears.event?.({
    is: 'notice',
    episode: 1,
    severity: 'now',
    title: 'Alpha is nearly empty',
    body: '$0.10 left',
    desktop: false,
  });
  expect(await screen.findByText('Alpha is nearly empty')).toBeTruthy();
});

test('an account is saved only after a passed test of the same draft, or expressly', async () => {
  location.hash = '#/add';
  let ok = false;
  const { fake, sent } = backend({
    overview: () => overview({ accounts: [] }),
    connectors: () => [
      {
        id: 'c',
        name: 'Gateway C',
        about: 'x',
        base_url: 'https://x.example',
        secrets: [],
        options: [],
        meters: [],
        docs_url: 'https://x.example',
      },
    ],
    test_account: () => ({
      ok,
      message: ok ? 'Figures came.' : 'Nothing answers there.',
      figures: [],
      notes: [],
    }),
    add_account: () => overview().accounts[0],
  });
  render(App, { backend: fake });
  await fireEvent.click(await screen.findByRole('button', { name: /Gateway C/ }));
  const save = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Save account' });
  expect(save().disabled).toBe(true);
  await fireEvent.click(screen.getByRole('button', { name: 'Test' }));
  await screen.findByText(/Nothing answers there/);
  expect(save().disabled).toBe(true);
  ok = true;
  await fireEvent.click(screen.getByRole('button', { name: 'Test' }));
  await screen.findByText(/Figures came/);
  expect(save().disabled).toBe(false);
  await fireEvent.input(screen.getByLabelText('Name'), { target: { value: 'Other' } });
  expect(save().disabled).toBe(true);
  expect(sent.some(([command]) => command === 'add_account')).toBe(false);
});
