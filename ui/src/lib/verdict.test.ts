import { expect, test } from 'vitest';
import type { AccountView } from './bindings/AccountView';
import type { ExplainView } from './bindings/ExplainView';
import type { MeterView } from './bindings/MeterView';
import { setZone } from './format';
import { parseRoute, whyHref } from './route.svelte';
import { HOUR, someAccount, someMeter } from './testing';
import {
  byNeed,
  changes,
  facts,
  isRefusal,
  markOf,
  place,
  polledSince,
  privacy,
  retry,
  sure,
  usedUp,
  webPage,
  whoRefused,
} from './verdict';

const NOW = Date.UTC(2026, 10, 21, 2, 49, 35);
setZone('UTC');

const view = (change: Partial<ExplainView> = {}): ExplainView => ({
  cause: 'key_limit',
  scope: 'key',
  retryable: false,
  retry_at: null,
  needed: null,
  left: null,
  limit: { amount: '40', unit: 'USD' },
  confidence: 0.97,
  provider: 'p',
  rule: 'p.key_limit',
  explanation: '',
  steps: [],
  title: 'Key limit reached',
  severity: 'refused',
  used: null,
  gateway: null,
  provider_name: 'Provider',
  gateway_name: null,
  status: 402,
  message: '',
  at: null,
  hypotheses: [],
  check: [],
  dropped: [],
  ...change,
});

const meter = (change: Partial<MeterView> = {}): MeterView =>
  someMeter({ remaining: '0.00', read_at: NOW, ...change });

const account = (change: Partial<AccountView> = {}): AccountView =>
  someAccount({ last_good_at: NOW, next_poll_at: NOW + HOUR, meters: [meter()], ...change });

test('the page that says why has three addresses', () => {
  expect(parseRoute('#/why')).toEqual({ at: 'why', account: null, when: null });
  expect(parseRoute(whyHref('open/router'))).toEqual({
    at: 'why',
    account: 'open/router',
    when: null,
  });
  expect(parseRoute(whyHref('a', NOW))).toEqual({ at: 'why', account: 'a', when: NOW });
  expect(parseRoute(whyHref('a', 0))).toEqual({ at: 'why', account: 'a', when: 0 });
  for (const odd of ['soon', '1.5', '1e99', '']) {
    expect(parseRoute(`#/why/a/${odd}`)).toEqual({ at: 'why', account: 'a', when: null });
  }
  expect(whyHref(null, NOW)).toBe('#/why');
});

test('whether it passes is said in words, and nothing is sure of what is not known', () => {
  expect(markOf(view())).toEqual({ sign: 'stop', word: 'does not pass by itself' });
  expect(markOf(view({ retryable: true })).sign).toBe('wait');
  const unknown = view({ cause: 'unknown', confidence: 0.4 });
  expect(markOf(unknown)).toEqual({ sign: 'ask', word: 'not recognised' });
  expect(sure(unknown)).toBe('');
  expect(sure(view())).toBe('97\u00a0% sure');
  expect(markOf(view({ cause: 'payment_challenge' })).word).toContain('offer');
});

test('who refused is named with the gateway that passed it on', () => {
  expect(whoRefused(view())).toBe('Provider');
  expect(whoRefused(view({ gateway: 'g', gateway_name: 'Gateway' }))).toBe(
    'Provider, passed on by Gateway',
  );
  expect(whoRefused(view({ provider_name: null }))).toBe('p');
  expect(whoRefused(view({ provider: null, provider_name: null, gateway: 'g' }))).toBe(
    'somebody behind g',
  );
  expect(whoRefused(view({ provider: null, provider_name: null }))).toBe('not recognised');
});

test('trying again has its time, near and by the clock', () => {
  expect(retry(view(), NOW)).toBe('does not help until something is done');
  expect(retry(view({ retryable: true }), NOW)).toContain('helps after a while');
  const soon = retry(view({ retryable: true, retry_at: NOW + 2 * HOUR }), NOW);
  expect(soon).toBe('in 2\u00a0h, 04:49');
  expect(retry(view({ retry_at: NOW + 2 * HOUR }), NOW)).toContain('access returns in');
  expect(retry(view({ retryable: true, retry_at: NOW - HOUR }), NOW)).toContain('is past');
});

test('figures that nobody gave are not shown', () => {
  const names = facts(view({ left: { amount: '0.0001', unit: 'USD' } }), NOW);
  expect(names.map((one) => one.name)).toEqual([
    'Left',
    'Limit',
    'Who refused',
    'It covers',
    'Trying again',
  ]);
  expect(names[0]?.value).toBe('$0.0001');
  const close = facts(view({ left: { amount: '39.9969', unit: 'USD' } }), NOW);
  expect(close[0]?.value).toBe('$39.9969');
  const unknown = facts(view({ cause: 'unknown', limit: null }), NOW);
  expect(unknown.map((one) => one.name)).toEqual(['Who refused', 'Trying again']);
});

test('what was dropped and what is stored is said', () => {
  expect(privacy(['Authorization', 'Cookie'], false)).toBe(
    'Dropped before anything was read: Authorization, Cookie. Nothing pasted is stored.',
  );
  expect(privacy([], true)).toContain('are kept, the paste is not');
});

test('a good answer is no refusal', () => {
  expect(isRefusal(view())).toBe(true);
  expect(isRefusal(view({ cause: 'unknown', status: 418 }))).toBe(true);
  expect(isRefusal(view({ cause: 'unknown', status: 200 }))).toBe(false);
  expect(isRefusal(view({ cause: 'unknown', status: null }))).toBe(false);
});

test('only web pages are linked', () => {
  expect(webPage('https://x.example/billing')).toBe('https://x.example/billing');
  expect(webPage('javascript:alert(1)')).toBeNull();
  expect(webPage(null)).toBeNull();
  expect(place('https://www.x.example/keys/?a=b')).toBe('x.example/keys');
  expect(place(`https://x.example/${'long/'.repeat(10)}`)).toBe('x.example');
});

test('what is missing comes first', () => {
  const one = (id: string, standing: 'done' | 'missing' | 'unknown') => ({
    id,
    standing,
    title: id,
    text: '',
    url: null,
  });
  const all = [one('a', 'done'), one('b', 'unknown'), one('c', 'missing'), one('d', 'done')];
  expect(byNeed(all).map(({ id }) => id)).toEqual(['c', 'b', 'a', 'd']);
});

test('a meter is used up at zero and below, never by a missing figure', () => {
  expect(usedUp(meter())).toBe(true);
  expect(usedUp(meter({ remaining: '-1.5' }))).toBe(true);
  expect(usedUp(meter({ remaining: '5', headroom: '0' }))).toBe(true);
  expect(usedUp(meter({ remaining: '0.01' }))).toBe(false);
  expect(usedUp(meter({ remaining: null }))).toBe(false);
  expect(usedUp(meter({ remaining: '0', kind: 'rate' }))).toBe(false);
  expect(usedUp(meter({ remaining: '7', severity: 'refused' }))).toBe(true);
});

test('a check says what changed, and nothing when nothing did', () => {
  const before = { view: view({ at: NOW }), accounts: [account()] };
  expect(changes(before, before, NOW)).toEqual([]);
  const after = {
    view: view({ at: NOW, cause: 'balance_exhausted', title: 'Balance used up' }),
    accounts: [account({ meters: [meter({ remaining: '25' })] })],
  };
  expect(changes(before, after, NOW)).toEqual([
    'The cause was “Key limit reached”; it is “Balance used up” now.',
    'Alpha, balance: $25.00 left now, $0.00 before.',
  ]);
  const again = { view: view({ at: NOW + 1, confidence: 0.8 }), accounts: [account()] };
  expect(changes(before, again, NOW + 1)[0]).toBe(
    'It was 97\u00a0% sure, and is 80\u00a0% sure now.',
  );
  expect(changes(before, again, NOW + 1)[1]).toContain('refused again');
});

test('a poll between two looks is seen, a paused account is not waited for', () => {
  expect(polledSince(account(), account())).toBe(false);
  expect(polledSince(account(), account({ last_good_at: NOW + 1 }))).toBe(true);
  expect(polledSince(account(), account({ next_poll_at: NOW + 2 * HOUR }))).toBe(true);
  expect(polledSince(account(), account({ next_poll_at: null }))).toBe(false);
});
