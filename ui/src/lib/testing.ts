/** What the tests of pages begin with. */
import type { AccountView } from './bindings/AccountView';
import type { MeterView } from './bindings/MeterView';
import type { Overview } from './bindings/Overview';

/** Saturday 21 November 2026, 12:32 UTC. */
export const NOW = 1_795_264_320_000;
/** In milliseconds. */
export const HOUR = 3_600_000;

/** The overview of somebody who watches nothing yet. */
export const nothing = {
  now: NOW,
  zone: 'UTC',
  world: 'live',
  speed: 1,
  episodes: [],
  spent: [],
  total: null,
  warnings: [],
  language: 'en',
  headline: {
    severity: null,
    lead: 'Nothing runs out',
    when: '',
    detail: '',
    account: null,
    meter: null,
    top_up_url: null,
    episode: null,
  },
  accounts: [],
} satisfies Overview;

/** A meter of which nothing is known but what is said here. */
export const someMeter = (change: Partial<MeterView> = {}): MeterView => ({
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
  resets: [],
  reload: null,
  provenance: 'reported',
  read_at: NOW,
  burn: null,
  severity: null,
  trend: [],
  forecast: { is: 'unknown', reason: '' },
  ...change,
});

/** An account that answers, without meters but those said here. */
export const someAccount = (change: Partial<AccountView> = {}): AccountView => ({
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
  meters: [],
  ...change,
});
