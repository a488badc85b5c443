import { expect, test } from 'vitest';
import { find, score, type Entry } from './palette';

const entry = (name: string, also = ''): Entry => ({ id: name, kind: 'account', name, also });
const names = (query: string, ...all: Entry[]) => find(query, all).map((one) => one.name);

test('letters in their order are enough, and every word must fit', () => {
  expect(score('dpsk', entry('DeepSeek'))).toBeGreaterThan(0);
  expect(score('ksd', entry('DeepSeek'))).toBe(0);
  expect(score('open ci', entry('OpenRouter · key “ci”'))).toBeGreaterThan(0);
  expect(score('open xx', entry('OpenRouter · key “ci”'))).toBe(0);
});

test('a beginning goes before a word’s, that before a part, that before scattered letters', () => {
  const all = [entry('Slot extra'), entry('A tolled'), entry('Atoll'), entry('Toll house')];
  expect(names('tol', ...all)).toEqual(['Toll house', 'A tolled', 'Atoll']);
  expect(names('tol', entry('t-o-l'), entry('Atoll'))).toEqual(['Atoll', 't-o-l']);
});

test('case, accents and further words are no matter; a name goes before a further word', () => {
  expect(names('zurich', entry('Zürich'))).toEqual(['Zürich']);
  expect(names('theme', entry('Dark', 'theme'), entry('Theme: light'))).toEqual([
    'Theme: light',
    'Dark',
  ]);
  expect(names('警报', entry('警报'), entry('设置', '警报 规则'))).toEqual(['警报', '设置']);
});

test('of two hundred accounts with ten meters each the one is found at once', () => {
  const all = Array.from({ length: 200 }, (_, account) =>
    Array.from({ length: 10 }, (_, meter) => entry(`Gateway ${account} · key “team-${meter}”`)),
  ).flat();
  const began = performance.now();
  expect(names('gate 173 team-7', ...all)[0]).toBe('Gateway 173 · key “team-7”');
  expect(performance.now() - began).toBeLessThan(50);
});
