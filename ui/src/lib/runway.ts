/** The lanes of the runway: which comes first, what is marked on them, and how they are said. */
import type { AccountView } from './bindings/AccountView';
import type { MeterView } from './bindings/MeterView';
import { amount, around, moment, percent } from './format';
import { say } from './say.svelte';
import { usedUp } from './verdict';

/** In milliseconds. */
const DAY = 24 * 3_600_000;
/** Two lanes change places when their moments differ by more than this, or a twentieth of the time ahead. */
const LEEWAY = 10 * 60_000;

export const RANGES = [
  { key: '24h', ms: DAY },
  { key: '7d', ms: 7 * DAY },
  { key: '30d', ms: 30 * DAY },
] as const;
export type Range = (typeof RANGES)[number];

const KEY = 'tollwatch.range';

/** The range of the last visit. */
export const lastRange = (): Range =>
  RANGES.find((one) => one.key === localStorage.getItem(KEY)) ?? RANGES[0];

export const keepRange = (range: Range): void => localStorage.setItem(KEY, range.key);

export interface Lane {
  id: string;
  account: AccountView;
  meter: MeterView;
}

export const lanes = (accounts: AccountView[]): Lane[] =>
  accounts.flatMap((account) =>
    account.meters.map((meter) => ({ id: `${account.id} ${meter.key}`, account, meter })),
  );

/** What comes first: nothing left, then the nearest wall, then what is clear, then what has no forecast. */
export function rank({ meter }: Lane): number {
  if (usedUp(meter)) return 0;
  if (meter.forecast.is === 'wall') return meter.forecast.p50;
  return meter.forecast.is === 'clear' ? 1e15 : 1e16;
}

/**
 * The lanes in order. What was in `before` keeps its place there beside lanes that come at nearly the same time, so that
 * two forecasts close together do not take turns.
 */
export function ordered(all: Lane[], before: string[], now: number): Lane[] {
  const places = new Map(before.map((id, at) => [id, at]));
  const place = (lane: Lane) => places.get(lane.id) ?? Infinity;
  const close = (a: number, b: number) =>
    Math.abs(a - b) <= Math.max(LEEWAY, (Math.min(a, b) - now) / 20);
  const found: Lane[] = [];
  // As they stood, new ones behind: each moves up only past what clearly comes later.
  for (const lane of all.toSorted((a, b) => place(a) - place(b) || rank(a) - rank(b))) {
    let at = found.length;
    const known = places.has(lane.id);
    while (at > 0) {
      const above = found[at - 1];
      if (!above || rank(above) <= rank(lane)) break;
      if (known && places.has(above.id) && close(rank(above), rank(lane))) break;
      at -= 1;
    }
    found.splice(at, 0, lane);
  }
  return found;
}

/** The lanes as they stood, while somebody points at them: what is gone leaves, what is new comes last. */
export function held(all: Lane[], before: string[]): Lane[] {
  const known = new Map(all.map((lane) => [lane.id, lane]));
  const stood = before.flatMap((id) => known.get(id) ?? []);
  return [...stood, ...all.filter((lane) => !before.includes(lane.id))];
}

/** The resets within the range. */
export const resetsWithin = (meter: MeterView, now: number, range: number): number[] =>
  meter.kind === 'rate' ? [] : meter.resets.filter((at) => at > now && at < now + range);

/** The expected top-up in words. */
export function reloadWords(meter: MeterView, now: number): string {
  if (!meter.reload) return '';
  const { at, below, amount: added } = meter.reload;
  const words = { moment: around(Math.max(at, now), now), level: amount(below, meter.unit) };
  return added === null
    ? say('lane-reload.at', words)
    : say('lane-reload.with', { ...words, amount: amount(added, meter.unit) });
}

/** What a lane shows, for who does not see it. */
export function forecastWords({ forecast }: MeterView, now: number): string {
  if (forecast.is === 'unknown') return say('lane-unknown', { reason: forecast.reason });
  const confidence = say(`lane-confidence-${forecast.confidence}`);
  if (forecast.is === 'clear')
    return say('lane-clear', { moment: moment(forecast.until, now), confidence });
  const words = {
    around: around(forecast.p50, now),
    early: around(forecast.p10, now),
    late: forecast.p90 === null ? '' : around(forecast.p90, now),
    chance: percent(forecast.before_reset),
    confidence,
  };
  const safe = forecast.before_reset < 0.995;
  if (forecast.p90 === null) return say(safe ? 'lane-wall-open-reset' : 'lane-wall-open', words);
  return say(safe ? 'lane-wall-reset' : 'lane-wall', words);
}

/** The resets and the top-up that are marked, for who does not see them. */
export function markWords(meter: MeterView, now: number, range: number): string[] {
  const resets = resetsWithin(meter, now, range);
  const first = resets[0];
  const found = first
    ? [say('lane-resets', { count: resets.length, moment: moment(first, now) })]
    : [];
  if (meter.reload && meter.reload.at < now + range) found.push(reloadWords(meter, now));
  return found;
}
