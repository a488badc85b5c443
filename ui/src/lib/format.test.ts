import { expect, test } from 'vitest';
import {
  age,
  ahead,
  amount,
  asSentence,
  axisTicks,
  burn,
  bytes,
  compared,
  moment,
  percent,
  span,
} from './format';

const NBSP = '\u00a0';
// 2026-11-21T12:32:00Z
const NOW = 1_795_264_320_000;
const HOUR = 3_600_000;

test('money is exact beyond what a float holds', () => {
  expect(amount('9007199254740993.25', 'USD', 'en-US')).toBe('$9,007,199,254,740,993.25');
});

test('money reads by currency, and small amounts are not rounded to nothing', () => {
  expect(amount('4.12', 'USD', 'en-US')).toBe('$4.12');
  expect(amount('38.9', 'CNY', 'en-US')).toBe('¥38.90');
  expect(amount('0.00042', 'USD', 'en-US')).toBe('$0.00042');
  expect(amount('-0.5', 'USD', 'en-US')).toBe('-$0.50');
  expect(amount('0.001', 'USDC', 'en-US')).toBe(`0.001${NBSP}USDC`);
  expect(amount('39.9969', 'USD', 'en-US', 4)).toBe('$39.9969');
  expect(amount('40', 'USD', 'en-US', 4)).toBe('$40.00');
});

test('missing is a dash and zero is zero', () => {
  expect(amount(null, 'USD', 'en-US')).toBe('–');
  expect(amount('0', 'USD', 'en-US')).toBe('$0.00');
});

test('counts carry their unit', () => {
  expect(amount('61586', 'tokens', 'en-US')).toBe(`61,586${NBSP}tokens`);
  expect(amount('12.34', 'percent', 'en-US')).toBe(`12.3${NBSP}%`);
});

test('burn is unknown, nothing, or an amount per hour', () => {
  expect(burn(null, 'USD', 'en-US')).toBeNull();
  expect(burn(0, 'USD', 'en-US')).toBe('nothing spent now');
  expect(burn(1.31, 'USD', 'en-US')).toBe('$1.31/h');
});

test('ages and durations name their largest unit', () => {
  expect(span(90_000)).toBe(`1${NBSP}min`);
  expect(span(11 * HOUR)).toBe(`11${NBSP}h`);
  expect(span(50 * HOUR)).toBe(`2${NBSP}d`);
  expect(age(NOW - 2_000, NOW)).toBe('just now');
  expect(age(null, NOW)).toBe('never');
  expect(ahead(NOW + 40_000, NOW)).toBe(`in 40${NBSP}s`);
  expect(ahead(NOW - 1, NOW)).toBe('now');
});

test('a moment is named by the calendar of the zone', () => {
  expect(moment(NOW + 4 * HOUR, NOW, 'UTC', 'en-GB')).toBe('16:32');
  expect(moment(NOW + 12 * HOUR, NOW, 'UTC', 'en-GB')).toBe('tomorrow 00:32');
  expect(moment(NOW - 24 * HOUR, NOW, 'UTC', 'en-GB')).toBe('yesterday 12:32');
  // 20:32 in Shanghai, so that four hours later is tomorrow there.
  expect(moment(NOW + 4 * HOUR, NOW, 'Asia/Shanghai', 'en-GB')).toBe('tomorrow 00:32');
});

test('a day of 25 hours is one day', () => {
  // Berlin left summer time on 2026-10-25: 00:30 there (22:30 UTC) and 25 h later it is 00:30 on the 26th.
  const night = Date.UTC(2026, 9, 24, 22, 30);
  expect(moment(night + 25 * HOUR, night, 'Europe/Berlin', 'en-GB')).toBe('tomorrow 00:30');
});

test('spend is compared without floats', () => {
  expect(compared('9.46', '6.36', 'USD', 'yesterday', 'en-US')).toBe('$3.10 more than yesterday');
  expect(compared('0.1', '0.3', 'USD', 'yesterday', 'en-US')).toBe('$0.20 less than yesterday');
  expect(compared('1', '1.001', 'USD', 'yesterday', 'en-US')).toBe('the same as yesterday');
  expect(compared('1', null, 'USD', 'yesterday', 'en-US')).toBeNull();
});

test('a share is never rounded to full or to nothing', () => {
  expect(percent(0.004)).toBe(`<1${NBSP}%`);
  expect(percent(0.996)).toBe(`99${NBSP}%`);
  expect(percent(0)).toBe(`0${NBSP}%`);
  expect(percent(1)).toBe(`100${NBSP}%`);
});

test('a far moment is dated, with the year when it is another', () => {
  expect(moment(NOW + 72 * HOUR, NOW, 'UTC', 'en-GB')).toBe('Tue 24 Nov 12:32');
  // 2027-01-16T09:10Z
  expect(moment(1_800_090_600_000, NOW, 'UTC', 'en-GB')).toBe('Sat 16 Jan 2027 09:10');
});

test('the axis has whole hours, days or dates, none at its ends', () => {
  const texts = (days: number, zone: string) =>
    axisTicks(NOW, days * 24 * HOUR, zone).map((tick) => tick.text);
  expect(texts(1, 'UTC')).toEqual(['midnight', '06:00']);
  expect(texts(7, 'UTC')).toEqual(['Tue 24', 'Wed 25', 'Thu 26', 'Fri 27', 'Sat 28']);
  expect(texts(30, 'UTC')).toEqual(['2 Dec', '7 Dec', '12 Dec', '17 Dec']);
  // 18:17 in Kathmandu, 5:45 ahead: midnight is 5 h 43 min away, too near to "now"; then 06:00 and 12:00.
  expect(texts(1, 'Asia/Kathmandu')).toEqual(['06:00', '12:00']);
});

test('a message reads as a sentence', () => {
  expect(asSentence('no keychain answers')).toBe('No keychain answers.');
  expect(asSentence('It works.')).toBe('It works.');
});

test('bytes', () => {
  expect(bytes(18_400_000, 'en-US')).toBe('18.4 MB');
});
