import { fireEvent, render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import App from '../../App.svelte';
import { BackendError, type Backend } from '../backend/types';
import type { RhythmView } from '../bindings/RhythmView';
import type { Settings } from '../bindings/Settings';
import type { WhatIfView } from '../bindings/WhatIfView';
import { HOUR, NOW, nothing, someAccount, someMeter } from '../testing';

const meter = someMeter({
  key: 'balance',
  remaining: '20',
  headroom: '20',
  burn: 1,
  forecast: { is: 'unknown', reason: 'nothing was spent' },
});
const account = someAccount({ id: 'alpha', meters: [meter] });
const works = { ok: true, message: 'fine' };
const settings = {
  version: '0.1.0',
  notifications: true,
  notifier: works,
  keychain: works,
  language: null,
  autostart: null,
  config_folder: '/c',
  data_folder: '/d',
  history_bytes: 1,
  world: 'live',
} satisfies Settings;
const moved: WhatIfView = {
  change: 'With $30.00 more today 20:00.',
  meters: [
    {
      key: 'balance',
      label: 'balance',
      before: {
        is: 'wall',
        p10: NOW + 40 * HOUR,
        p50: NOW + 48 * HOUR,
        p90: null,
        before_reset: 1,
        confidence: 'good',
      },
      after: {
        is: 'wall',
        p10: NOW + 7 * HOUR,
        p50: NOW + 7.5 * HOUR,
        p90: NOW + 8 * HOUR,
        before_reset: 1,
        confidence: 'good',
      },
      sentence: 'Most likely today around 20:00 instead of Mon: 40 h earlier.',
    },
  ],
  notes: [],
};

function backend(answers: Record<string, (request: never) => unknown>) {
  const sent: [string, unknown][] = [];
  const all: Record<string, (request: never) => unknown> = {
    overview: () => nothing,
    settings: () => settings,
    account: () => ({ account, events: [], incidents: [], precautions: [], keys: [] }),
    chart: () => {
      throw new BackendError('store', 'not drawn here');
    },
    ledger: () => ({ entries: [], balances: [], notes: [] }),
    ...answers,
  };
  const fake: Backend = {
    async call(command, request) {
      sent.push([command, request]);
      return (all[command]?.(request as never) ?? null) as never;
    },
    listen(_event, link) {
      link('open');
      return () => {};
    },
  };
  return { fake, sent };
}

test('a batch tonight shows the old and the new range side by side', async () => {
  location.hash = '#/account/alpha';
  const { fake, sent } = backend({ what_if: () => moved });
  render(App, { backend: fake });
  const sum = await screen.findByLabelText('I spend more');
  const show = screen.getByRole('button', { name: 'Show' });
  expect((show as HTMLButtonElement).disabled).toBe(true);
  await fireEvent.input(sum, { target: { value: ' 30 USD ' } });
  await fireEvent.click(show);
  await screen.findByText(/Nothing was changed/);
  expect(sent).toContainEqual([
    'what_if',
    {
      account: 'alpha',
      meter: null,
      spend: '30 USD',
      at: 'tonight',
      factor: null,
      away_until: null,
    },
  ]);
  const text = document.querySelector('[data-what-if=balance]')?.textContent ?? '';
  expect(text).toContain('As things are');
  expect(text).toContain('beyond the horizon');
  expect(text).toContain('40 h earlier');
});

test('what does not fit is told, and an old answer goes', async () => {
  location.hash = '#/account/alpha';
  let good = true;
  const { fake, sent } = backend({
    what_if: () => {
      if (good) return moved;
      throw new BackendError('bad_request', 'the amount: lots; write it like 30 USD');
    },
  });
  render(App, { backend: fake });
  await fireEvent.input(await screen.findByLabelText(/^Price factor/), {
    target: { value: '0.5' },
  });
  await fireEvent.click(screen.getByRole('button', { name: 'Show' }));
  await screen.findByText(/Nothing was changed/);
  expect(sent.find(([name]) => name === 'what_if')?.[1]).toMatchObject({ factor: 0.5, at: null });
  good = false;
  await fireEvent.click(screen.getByRole('button', { name: 'Show' }));
  await screen.findByText(/write it like 30 USD/);
  expect(screen.queryByText(/Nothing was changed/)).toBeNull();
});

test('away is set and taken back, and the rhythm is saved as typed', async () => {
  location.hash = '#/settings';
  let now: RhythmView = {
    days: ['mon'],
    hours: null,
    zone: null,
    zone_used: 'Europe/Berlin',
    holidays: [],
    away_until: null,
    sentence: 'Every day counts.',
  };
  const { fake, sent } = backend({
    rhythm: () => now,
    set_away: (request: { until: string | null }) =>
      (now = { ...now, away_until: request.until ? NOW + 48 * HOUR : null }),
    set_rhythm: (request: object) => (now = { ...now, ...request }),
  });
  render(App, { backend: fake });
  await screen.findByLabelText('I am away until');
  await fireEvent.click(screen.getByLabelText('Tue'));
  await fireEvent.input(screen.getByLabelText('I am away until'), {
    target: { value: '2026-11-23' },
  });
  await fireEvent.click(screen.getByRole('button', { name: 'Set' }));
  await fireEvent.click(await screen.findByRole('button', { name: 'I am back' }));
  expect(sent.filter(([name]) => name === 'set_away').map(([, request]) => request)).toEqual([
    { until: '2026-11-23' },
    { until: null },
  ]);
  // What was ticked before is there still.
  expect((screen.getByLabelText('Tue') as HTMLInputElement).checked).toBe(true);
  await fireEvent.input(screen.getByLabelText('Work hours'), { target: { value: '09:00-18:00' } });
  await fireEvent.input(screen.getByLabelText(/^Days off/), {
    target: { value: '2026-12-24 to 2027-01-01\n\n' },
  });
  await fireEvent.click(screen.getByRole('button', { name: 'Save rhythm' }));
  expect(sent).toContainEqual([
    'set_rhythm',
    {
      days: ['mon', 'tue'],
      hours: '09:00-18:00',
      zone: null,
      holidays: ['2026-12-24 to 2027-01-01'],
    },
  ]);
});
