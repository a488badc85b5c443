/**
 * How figures, times and ages read. Money stays a decimal string from the backend to Intl, which takes strings:
 * it never becomes a float on the way.
 */
import { locale, say } from './say.svelte';
import type { EpisodeState } from './bindings/EpisodeState';
import type { MeterKind } from './bindings/MeterKind';
import type { Provenance } from './bindings/Provenance';
import type { Severity } from './bindings/Severity';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const MISSING = '–';

/** Intl's formats are slow to make and quick to use: each is made once. */
const made = new Map<string, unknown>();
function once<T>(kind: string, where: string, how: object, make: () => T): T {
  const key = kind + where + JSON.stringify(how);
  if (!made.has(key)) made.set(key, make());
  return made.get(key) as T;
}
const dates = (where: string, how: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  once('d', where, how, () => new Intl.DateTimeFormat(where, how));
const numbers = (where: string, how: Intl.NumberFormatOptions): Intl.NumberFormat =>
  once('n', where, how, () => new Intl.NumberFormat(where, how));

/** Intl takes decimal strings exactly; TypeScript's library knows them by this type. */
const exact = (decimal: string): Intl.StringNumericLiteral => decimal as Intl.StringNumericLiteral;

const isCurrency = (unit: string): boolean => /^[A-Z]{3}$/.test(unit);

/** Places that show an amount below one cent without rounding it to nothing: at most six, at least `least`. */
function places(decimal: string, least: number): number {
  const parts = /^-?(\d*)\.?(\d*)$/.exec(decimal);
  if (!parts || /[1-9]/.test(parts[1] ?? '')) return least;
  const first = (parts[2] ?? '').search(/[1-9]/);
  return first < 2 ? least : Math.max(least, Math.min(first + 2, 6));
}

/** `4.12` and `USD` → `$4.12`; `61586` and `tokens` → `61,586 tokens`. Missing is a dash, never zero. Up to `fine` places. */
export function amount(decimal: string | null, unit: string, where = locale(), fine = 2): string {
  if (decimal === null) return MISSING;
  if (isCurrency(unit)) {
    const digits = places(decimal, fine);
    return numbers(where, {
      style: 'currency',
      currency: unit,
      currencyDisplay: 'narrowSymbol',
      minimumFractionDigits: Math.min(digits, 2),
      maximumFractionDigits: digits,
    }).format(exact(decimal));
  }
  if (unit === 'percent') {
    const number = numbers(where, { maximumFractionDigits: 1 });
    return say('percent', { number: number.format(exact(decimal)) });
  }
  const number = numbers(where, { maximumFractionDigits: places(decimal, fine) });
  return counted(number.format(exact(decimal)), unit);
}

/** `61,586 tokens`; a unit that has no word of its own is said as it is. */
function counted(number: string, unit: string): string {
  const known = unit === 'tokens' || unit === 'requests' || unit === 'credits';
  return say('amount', { number, unit: known ? say(`unit-${unit}`) : unit });
}

/** A burn in units per hour: `$1.31/h`, `12 k tokens/h`. A drawn quantity, so a float is right here. */
export function burn(perHour: number | null, unit: string, where = locale()): string | null {
  if (perHour === null || !Number.isFinite(perHour)) return null;
  if (Math.abs(perHour) < 1e-6) return say('nothing-spent-now');
  if (isCurrency(unit) || unit === 'percent') {
    return say('per-hour', { amount: amount(perHour.toFixed(6), unit, where) });
  }
  const number = numbers(where, { notation: 'compact', maximumFractionDigits: 1 });
  return say('per-hour', { amount: counted(number.format(perHour), unit) });
}

/** A duration in its largest unit: `40 s`, `3 min`, `11 h`, `12 d`. */
export function span(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole < MINUTE) return say('span-seconds', { count: Math.floor(whole / SECOND) });
  if (whole < HOUR) return say('span-minutes', { count: Math.floor(whole / MINUTE) });
  if (whole < 2 * DAY) return say('span-hours', { count: Math.floor(whole / HOUR) });
  return say('span-days', { count: Math.floor(whole / DAY) });
}

/** How long ago: `just now`, `3 min ago`. */
export function age(at: number | null, now: number): string {
  if (at === null) return say('never');
  return now - at < 5 * SECOND ? say('just-now') : say('ago', { span: span(now - at) });
}

/** How far ahead: `in 11 h`; `now` once it is past. */
export function ahead(at: number, now: number): string {
  return at - now < SECOND ? say('ahead-now') : say('ahead', { span: span(at - now) });
}

/** The zone that the backend reckons in; the browser's own until it said so. */
let home: string | undefined;

/** Takes the backend's zone; one that this browser does not know is left aside. */
export function setZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    home = zone;
  } catch {
    home = undefined;
  }
}

/** The calendar day, `2026-11-21`. Put together from parts: engines disagree on the order that a language asks for. */
export function dayOf(at: number, zone = home): string {
  const parts = dates('en-u-ca-gregory-nu-latn', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...(zone ? { timeZone: zone } : {}),
  }).formatToParts(at);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

/** Time of day in the viewer's zone: `16:40`. */
export function clock(at: number, zone = home, where = locale()): string {
  return dates(where, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(zone ? { timeZone: zone } : {}),
  }).format(at);
}

/** A moment as near as needed: `16:40`, `tomorrow 06:20`, `Tue 24 Nov 09:00`, with the year when it is another. */
export function moment(at: number, now: number, zone = home, where = locale()): string {
  const time = clock(at, zone, where);
  const day = dayOf(at, zone);
  if (day === dayOf(now, zone)) return time;
  if (day === nextDay(dayOf(now, zone))) return say('moment-tomorrow', { clock: time });
  if (nextDay(day) === dayOf(now, zone)) return say('moment-yesterday', { clock: time });
  const otherYear = day.slice(0, 4) !== dayOf(now, zone).slice(0, 4);
  const [weekday, date] = [
    written(at, { weekday: 'short' }, zone, where),
    written(at, otherYear ? DATE : MONTH_DAY, zone, where),
  ];
  return say('moment-date', { weekday, date, clock: time });
}

const MONTH_DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' };
const DATE: Intl.DateTimeFormatOptions = { ...MONTH_DAY, year: 'numeric' };

/** A date as the language writes it. */
function written(
  at: number,
  how: Intl.DateTimeFormatOptions,
  zone = home,
  where = locale(),
): string {
  return dates(where, { ...how, ...(zone ? { timeZone: zone } : {}) }).format(at);
}

/** What is only roughly known, to ten minutes: as [`moment`] otherwise. */
export const around = (at: number, now: number): string =>
  moment(Math.round(at / (10 * MINUTE)) * 10 * MINUTE, now);

/** Labels under a runway of `range`: whole hours of a day, or midnights, as shares of it from the left. */
export function axisTicks(
  now: number,
  range: number,
  zone = home,
): { share: number; text: string }[] {
  const found: { share: number; text: string }[] = [];
  const short = range <= DAY;
  const every = range > 7 * DAY ? 5 : 1;
  const QUARTER = 15 * MINUTE;
  let days = 0;
  for (let at = Math.ceil(now / QUARTER) * QUARTER; at < now + range; at += QUARTER) {
    const time = clock(at, zone, 'en-GB');
    const midnight = time === '00:00';
    if (short ? /^(00|06|12|18):00$/.test(time) : midnight) {
      const name = () =>
        written(at, every === 1 ? { weekday: 'short', day: 'numeric' } : MONTH_DAY, zone);
      const text = short ? (midnight ? say('midnight') : time) : name();
      if (short || days++ % every === 0) found.push({ share: (at - now) / range, text });
      // No other midnight for a day, less the hour that a clock may be put forward.
      if (!short) at += 22 * HOUR;
    }
  }
  // One at the edge would be cut, one at the start would lie on "now".
  return found.filter((tick) => tick.share > 0.27 && tick.share < 0.94);
}

/** The calendar day after `2026-11-21`, by the calendar and not by 24 hours. */
function nextDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  return new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, (date ?? 1) + 1))
    .toISOString()
    .slice(0, 10);
}

/** Date and time in full, for tooltips and tables: `21 Nov 2026, 16:40`. */
export function full(at: number, zone = home, where = locale()): string {
  return say('full', { date: written(at, DATE, zone, where), clock: clock(at, zone, where) });
}

/** A month and its year: `November 2026`. */
export const monthYear = (at: number, zone = home, where = locale()): string =>
  written(at, { month: 'long', year: 'numeric' }, zone, where);

/** The month's name: `November`. */
export const monthName = (at: number, zone = home, where = locale()): string =>
  written(at, { month: 'long' }, zone, where);

/** A message as a sentence: its first letter a capital one, a full stop behind it. */
export function asSentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…。！？”]$/.test(whole) ? whole : `${whole}${say('full-stop')}`;
}

/** `18.4 MB`. */
export function bytes(count: number, where = locale()): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  let at = 0;
  let value = count;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return numbers(where, {
    style: 'unit',
    unit: units[at] ?? 'byte',
    maximumFractionDigits: 1,
  }).format(value);
}

/** A decimal string in whole steps of 10⁻⁹; null when it is none. */
function nano(decimal: string): bigint | null {
  const parts = /^(-?)(\d+)(?:\.(\d{1,9})\d*)?$/.exec(decimal);
  if (!parts) return null;
  const steps = BigInt(`${parts[2]}${(parts[3] ?? '').padEnd(9, '0')}`);
  return parts[1] === '-' ? -steps : steps;
}

/** `$3.10 more than yesterday by this time`; null without something to compare with. */
export function compared(
  today: string,
  before: string | null,
  unit: string,
  then: string,
  where = locale(),
): string | null {
  if (before === null) return null;
  const [is, was] = [nano(today), nano(before)];
  if (is === null || was === null) return null;
  const change = is - was;
  const size = change < 0n ? -change : change;
  // Below half a cent the two figures read the same.
  if (size < 5_000_000n) return say('compared-same', { then });
  const text = size.toString().padStart(10, '0');
  const decimal = `${text.slice(0, -9)}.${text.slice(-9)}`;
  return say(change < 0n ? 'compared-less' : 'compared-more', {
    amount: amount(decimal, unit, where),
    then,
  });
}

/** A share as whole percent, never rounded up to full or down to nothing: `<1 %`, `99 %`. */
export function percent(share: number): string {
  const whole = Math.round(Math.max(0, Math.min(1, share)) * 100);
  const number =
    share > 0 && share < 0.01 ? '<1' : share < 1 && share > 0.99 ? '99' : String(whole);
  return say('percent', { number });
}

/** What a severity is called. */
export const severityWord = (severity: Severity): string => say(`severity-${severity}`);

/** What an alert's state is called. */
export const stateWord = (state: EpisodeState): string => say(`state-${state}`);

/** What a kind of meter is called. */
export const kindWord = (kind: MeterKind): string => say(`kind-${kind}`);

/** Where figures come from, as a word and as a sentence. */
export const provenanceWord = (provenance: Provenance): string => say(`provenance-${provenance}`);
export const provenanceMeans = (provenance: Provenance): string =>
  say(`provenance-${provenance}.means`);
