/** How a verdict on a refusal reads: who refused, what it covers, its figures, what waiting helps, what changed. */
import type { AccountView } from './bindings/AccountView';
import type { AmountView } from './bindings/AmountView';
import type { ExplainView } from './bindings/ExplainView';
import type { MeterView } from './bindings/MeterView';
import type { PrecautionView } from './bindings/PrecautionView';
import type { Scope } from './bindings/Scope';
import type { Standing } from './bindings/Standing';
import { ahead, amount, moment } from './format';

/** What a refusal covers, in words. */
export const scopeWord: Record<Scope, string> = {
  request: 'this request only',
  key: 'this key',
  project: 'the project',
  team: 'the team or workspace',
  organisation: 'the whole account',
  provider: 'the provider behind it',
};

/** Whether it passes: the word beside the mark, so that colour never stands alone. */
export type Mark = { sign: 'stop' | 'wait' | 'ask'; word: string };

export function markOf(view: ExplainView): Mark {
  if (view.cause === 'unknown') return { sign: 'ask', word: 'not recognised' };
  if (view.cause === 'payment_challenge')
    return { sign: 'ask', word: 'an offer, no empty account' };
  if (view.retryable) return { sign: 'wait', word: 'passes by itself' };
  return { sign: 'stop', word: 'does not pass by itself' };
}

/** `97 % sure`; empty where there is nothing to be sure of. */
export const sure = (view: ExplainView): string =>
  view.cause === 'unknown' ? '' : `${Math.round(view.confidence * 100)}\u00a0% sure`;

/** `OpenRouter refused; LiteLLM passed it on.` */
export function whoRefused(view: ExplainView): string {
  const provider = view.provider_name ?? view.provider;
  const gateway = view.gateway_name ?? view.gateway;
  if (provider && gateway && provider !== gateway) return `${provider}, passed on by ${gateway}`;
  if (provider) return provider;
  return gateway ? `somebody behind ${gateway}` : 'not recognised';
}

/** Finer than elsewhere: what was needed and what was left may differ by less than a cent. */
const figure = (one: AmountView): string => amount(one.amount, one.unit, undefined, 4);

/** Whether trying again helps, and when. */
export function retry(view: ExplainView, now: number): string {
  if (view.retry_at !== null) {
    const when = moment(view.retry_at, now);
    if (view.retry_at <= now) return `now; the time that was named is past: ${when}`;
    return view.retryable
      ? `${ahead(view.retry_at, now)}, ${when}`
      : `access returns ${ahead(view.retry_at, now)}, ${when}`;
  }
  if (view.retryable) return 'helps after a while; how long is not said';
  return view.cause === 'unknown' ? 'not known' : 'does not help until something is done';
}

/** The facts of a verdict that have a value, in the order to read them. */
export function facts(view: ExplainView, now: number): { name: string; value: string }[] {
  const amounts: [string, AmountView | null][] = [
    ['Needed', view.needed],
    ['Left', view.left],
    ['Used', view.used],
    ['Limit', view.limit],
  ];
  return [
    ...amounts.flatMap(([name, one]) => (one ? [{ name, value: figure(one) }] : [])),
    { name: 'Who refused', value: whoRefused(view) },
    ...(view.cause === 'unknown' ? [] : [{ name: 'It covers', value: scopeWord[view.scope] }]),
    { name: 'Trying again', value: retry(view, now) },
  ];
}

/** Whether it is a refusal at all, and so may be kept: a good answer is none, whatever it says. */
export const isRefusal = (view: ExplainView): boolean =>
  view.cause !== 'unknown' || (view.status !== null && view.status >= 400);

/** What became of secrets and of the paste. */
export function privacy(dropped: string[], kept: boolean): string {
  const first =
    dropped.length > 0
      ? `Dropped before anything was read: ${dropped.join(', ')}.`
      : 'Nothing in it looked like a secret.';
  return kept
    ? `${first} The cause and its figures are kept, the paste is not.`
    : `${first} Nothing pasted is stored.`;
}

/** A link that may be followed: web pages only. */
export const webPage = (url: string | null): string | null =>
  url !== null && /^https?:\/\//i.test(url) ? url : null;

/** Where a link leads, to be read: `openrouter.ai/settings/keys`, without the path where that is long. */
export const place = (url: string): string => {
  try {
    const { hostname, pathname } = new URL(url);
    const host = hostname.replace(/^www\./, '');
    const whole = `${host}${pathname.replace(/\/$/, '')}`;
    return whole.length > 40 ? host : whole;
  } catch {
    return url;
  }
};

const ORDER: Record<Standing, number> = { missing: 0, unknown: 1, done: 2 };

/** What is missing first. */
export const byNeed = (all: PrecautionView[]): PrecautionView[] =>
  all.toSorted((a, b) => ORDER[a.standing] - ORDER[b.standing]);

/** Whether calls would be refused for this meter by its own figures. */
export const usedUp = (meter: MeterView): boolean =>
  meter.severity === 'refused' ||
  (meter.kind !== 'spend' &&
    meter.kind !== 'rate' &&
    notPositive(meter.headroom ?? meter.remaining));

const notPositive = (decimal: string | null): boolean =>
  decimal !== null && (decimal.startsWith('-') || !/[1-9]/.test(decimal));

/** Whether an account was polled between two looks at it. */
export const polledSince = (before: AccountView, after: AccountView): boolean =>
  after.last_good_at !== before.last_good_at ||
  after.problem?.since !== before.problem?.since ||
  (after.next_poll_at !== null && after.next_poll_at !== before.next_poll_at);

/** What a check brought, a sentence each; nothing when all is as before. */
export function changes(
  before: { view: ExplainView; accounts: AccountView[] },
  after: { view: ExplainView; accounts: AccountView[] },
  now: number,
): string[] {
  const found: string[] = [];
  const [was, is] = [before.view, after.view];
  if (was.cause !== is.cause) found.push(`The cause was “${was.title}”; it is “${is.title}” now.`);
  else if (Math.round(was.confidence * 100) !== Math.round(is.confidence * 100))
    found.push(`It was ${sure(was)}, and is ${sure(is)} now.`);
  if (is.at !== null && was.at !== is.at)
    found.push(`Calls were refused again: ${moment(is.at, now)}.`);
  for (const account of after.accounts) {
    const old = before.accounts.find((one) => one.id === account.id);
    if (!old) continue;
    if (account.problem && !old.problem) found.push(`${account.label}: its poll failed now.`);
    if (!account.problem && old.problem) found.push(`${account.label}: its polls work again.`);
    for (const meter of account.meters) {
      const then = old.meters.find((one) => one.key === meter.key);
      if (!then) continue;
      const left = (one: MeterView) => one.headroom ?? one.remaining;
      const [a, b] = [left(then), left(meter)];
      const what = `${account.label}, ${meter.label}`;
      if (a !== b && b !== null)
        found.push(
          `${what}: ${amount(b, meter.unit)} left now${a === null ? '' : `, ${amount(a, meter.unit)} before`}.`,
        );
      if (then.limit !== meter.limit && meter.limit !== null)
        found.push(`${what}: the limit is ${amount(meter.limit, meter.unit)} now.`);
    }
  }
  return found;
}
