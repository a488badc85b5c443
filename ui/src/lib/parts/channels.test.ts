import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import App from '../../App.svelte';
import type { Backend } from '../backend/types';
import type { ChannelsPage } from '../bindings/ChannelsPage';
import type { Settings } from '../bindings/Settings';
import { HOUR, NOW, nothing } from '../testing';

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
const page: ChannelsPage = {
  channels: [
    {
      name: 'ops',
      kind: 'slack',
      to: 'address in the keychain',
      least: 'soon',
      accounts: [],
      quiet: true,
      resolved: false,
      waiting: 1,
      accepted_at: NOW - 3 * HOUR,
      trouble: 'hooks.example.org did not take it (status 500)',
      secrets: { url: 'keychain' },
    },
  ],
  log: [
    {
      id: 1,
      channel: 'ops',
      kind: 'notice',
      severity: 'now',
      title: 'Acme · balance runs out within 30 min',
      state: 'pending',
      made_at: NOW - HOUR,
      tried_at: NOW - HOUR,
      next_at: NOW + 60_000,
      tries: 4,
      error: 'hooks.example.org did not take it (status 500)',
    },
  ],
};

test('settings show the channels, try one, and send again what waits', async () => {
  location.hash = '#/settings';
  const sent: [string, unknown][] = [];
  const answers: Record<string, unknown> = {
    overview: nothing,
    settings,
    channels: page,
    rhythm: {
      days: [],
      hours: null,
      zone: null,
      zone_used: 'UTC',
      holidays: [],
      away_until: null,
      sentence: '',
    },
    test_channel: { ok: false, message: 'hooks.example.org did not take it (status 404)' },
  };
  const fake: Backend = {
    async call(command, request) {
      sent.push([command, request]);
      return (answers[command] ?? null) as never;
    },
    listen(_, link) {
      link('open');
      return () => {};
    },
  };
  render(App, { backend: fake });
  const part = await screen.findByRole('region', { name: 'Channels' }, { timeout: 10_000 });
  await within(part).findByText(/Slack → address in the keychain/);
  expect(part.textContent).toContain('1 message waits');
  expect(within(part).getByRole('table').textContent).toContain('waits (4 tries)');
  await fireEvent.click(within(part).getByRole('button', { name: 'Send a test through ops' }));
  await within(part).findByText('Hooks.example.org did not take it (status 404).');
  expect(sent).toContainEqual(['test_channel', { name: 'ops' }]);
  await fireEvent.click(within(part).getByRole('button', { name: 'Try again now' }));
  expect(sent).toContainEqual(['retry_deliveries', { channel: null }]);
});
