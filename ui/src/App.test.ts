import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import App from './App.svelte';
import type { Backend, LinkState } from './lib/backend/types';
import { BackendError } from './lib/backend/types';
import type { EventMessage } from './lib/bindings/EventMessage';
import type { Overview } from './lib/bindings/Overview';

const NOW = 1_795_264_320_000;

function overview(change: Partial<Overview> = {}): Overview {
  return {
    now: NOW,
    zone: 'UTC',
    world: 'live',
    speed: 1,
    episodes: [],
    spent: [],
    warnings: [],
    headline: {
      severity: null,
      lead: 'Nothing runs out in the next 7 days',
      when: '',
      detail: '',
      account: null,
      meter: null,
      top_up_url: null,
      episode: null,
    },
    accounts: [
      {
        id: 'a',
        label: 'Alpha',
        connector: 'c',
        connector_name: 'C',
        base_url: 'https://x.example',
        state: 'fresh',
        last_good_at: NOW,
        next_poll_at: null,
        interval: 1,
        problem: null,
        partial: [],
        top_up_url: null,
        secrets: {},
        meters: [
          {
            key: 'm',
            kind: 'balance',
            label: 'balance',
            unit: 'USD',
            used: null,
            limit: null,
            remaining: null,
            headroom: null,
            share: null,
            window: 'never',
            resets_at: null,
            provenance: 'reported',
            read_at: NOW,
            burn: null,
            severity: null,
            trend: [],
            forecast: { is: 'unknown', reason: 'two hours of history, a day is needed' },
          },
        ],
      },
    ],
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
