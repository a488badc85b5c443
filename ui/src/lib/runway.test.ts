import { expect, test } from 'vitest';
import type { AccountView } from './bindings/AccountView';
import type { ForecastView } from './bindings/ForecastView';
import type { MeterView } from './bindings/MeterView';
import { held, lanes, markWords, ordered, resetsWithin } from './runway';
import { HOUR, NOW, someAccount, someMeter } from './testing';

const wall = (hours: number): ForecastView => ({
  is: 'wall',
  p10: NOW + hours * HOUR * 0.8,
  p50: NOW + hours * HOUR,
  p90: NOW + hours * HOUR * 1.2,
  before_reset: 1,
  confidence: 'good',
});
const clear: ForecastView = { is: 'clear', until: NOW + 1440 * HOUR, confidence: 'fair' };
const unknown: ForecastView = { is: 'unknown', reason: 'no history' };

const meter = (key: string, forecast: ForecastView, change: Partial<MeterView> = {}): MeterView =>
  someMeter({ key, label: key, remaining: '5', headroom: '5', forecast, ...change });

const account = (...meters: MeterView[]): AccountView[] => [someAccount({ meters })];
const names = (found: { meter: MeterView }[]) => found.map((lane) => lane.meter.key).join(' ');

test('what comes first stands first; what nobody can tell stands last, and says why elsewhere', () => {
  const all = lanes(
    account(
      meter('unknown', unknown),
      meter('clear', clear),
      meter('late', wall(30)),
      meter('soon', wall(3)),
      meter('gone', unknown, { headroom: '0' }),
    ),
  );
  expect(names(ordered(all, [], NOW))).toBe('gone soon late clear unknown');
});

test('two walls at nearly the same time do not take turns, a real change does', () => {
  const at = (a: number, b: number) => lanes(account(meter('a', wall(a)), meter('b', wall(b))));
  const before = ['a a', 'a b'];
  expect(names(ordered(at(10, 9.8), before, NOW))).toBe('a b');
  expect(names(ordered(at(10, 5), before, NOW))).toBe('b a');
  // Ten minutes are nothing even close to the wall.
  expect(names(ordered(at(0.3, 0.2), before, NOW))).toBe('a b');
});

test('a new lane goes where it belongs', () => {
  const all = lanes(account(meter('a', wall(1)), meter('c', wall(9)), meter('b', wall(5))));
  expect(names(ordered(all, ['a a', 'a c'], NOW))).toBe('a b c');
});

test('while somebody points at them nothing moves: what is new comes last, what is gone leaves', () => {
  const all = lanes(account(meter('new', wall(1)), meter('b', wall(2)), meter('c', wall(9))));
  expect(names(held(all, ['a c', 'a gone', 'a b']))).toBe('c b new');
});

test('every reset within the range is marked, and said with its number', () => {
  const resets = Array.from({ length: 30 }, (_, day) => NOW + (day * 24 + 5) * HOUR);
  const daily = meter('daily', clear, { window: 'day', resets });
  expect(resetsWithin(daily, NOW, 24 * HOUR)).toHaveLength(1);
  expect(resetsWithin(daily, NOW, 7 * 24 * HOUR)).toHaveLength(7);
  expect(resetsWithin({ ...daily, kind: 'rate' }, NOW, 7 * 24 * HOUR)).toHaveLength(0);
  expect(markWords(daily, NOW, 24 * HOUR)[0]).toMatch(/^resets (\w+ )?\d\d:\d\d$/);
  expect(markWords(daily, NOW, 7 * 24 * HOUR)[0]).toMatch(/^resets 7 times, first /);
});

test('an expected top-up is said with its level, and its amount where it was seen', () => {
  const reload = { at: NOW + 3 * HOUR, below: '10', amount: null };
  const said = meter('said', wall(9), { reload });
  expect(markWords(said, NOW, 24 * HOUR)).toEqual([
    expect.stringMatching(/^automatic top-up expected around \d\d:\d\d, below \$10\.00$/),
  ]);
  expect(markWords(said, NOW, 2 * HOUR)).toEqual([]);
  const seen = meter('seen', wall(9), { reload: { ...reload, amount: '25' } });
  expect(markWords(seen, NOW, 24 * HOUR)[0]).toContain('automatic top-up of $25.00 expected');
});
