/** What the tests of pages begin with. */
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
