/** How a verdict on a refusal reads: who refused, what it covers, its figures, what waiting helps, what changed. */
import type { AccountView } from './bindings/AccountView';
import type { AmountView } from './bindings/AmountView';
import type { ExplainView } from './bindings/ExplainView';
import type { MeterView } from './bindings/MeterView';
import type { PrecautionView } from './bindings/PrecautionView';
import type { Scope } from './bindings/Scope';
import type { Standing } from './bindings/Standing';
import { ahead, amount, moment, percent } from './format';
import { say } from './say.svelte';

/** What a refusal covers, in words. */
export const scopeWord = (scope: Scope): string => say(`verdict-scope-${scope}`);

/** Names one after the other: `A, B, C`. */
export const list = (names: string[]): string => names.join(say('verdict-comma'));

/** Whether it passes: the word beside the mark, so that colour never stands alone. */
export type Mark = { sign: 'stop' | 'wait' | 'ask'; word: string };

export function markOf(view: ExplainView): Mark {
  if (view.cause === 'unknown') return { sign: 'ask', word: say('verdict-mark-unknown') };
  if (view.cause === 'payment_challenge') return { sign: 'ask', word: say('verdict-mark-offer') };
  if (view.retryable) return { sign: 'wait', word: say('verdict-mark-passes') };
  return { sign: 'stop', word: say('verdict-mark-stays') };
}

/** `97 % sure`; empty where there is nothing to be sure of. */
export const sure = (view: ExplainView): string =>
  view.cause === 'unknown' ? '' : say('verdict-sure', { share: percent(view.confidence) });

/** `OpenRouter refused; LiteLLM passed it on.` */
export function whoRefused(view: ExplainView): string {
  const provider = view.provider_name ?? view.provider;
  const gateway = view.gateway_name ?? view.gateway;
  if (provider && gateway && provider !== gateway)
    return say('verdict-who.passed-on', { provider, gateway });
  if (provider) return provider;
  return gateway ? say('verdict-who.behind', { gateway }) : say('verdict-who.unknown');
}

/** Finer than elsewhere: what was needed and what was left may differ by less than a cent. */
const figure = (one: AmountView): string => amount(one.amount, one.unit, undefined, 4);

/** Whether trying again helps, and when. */
export function retry(view: ExplainView, now: number): string {
  if (view.retry_at !== null) {
    const args = { ahead: ahead(view.retry_at, now), when: moment(view.retry_at, now) };
    if (view.retry_at <= now) return say('verdict-retry.past', args);
    return view.retryable ? say('verdict-retry.at', args) : say('verdict-retry.access', args);
  }
  if (view.retryable) return say('verdict-retry.while');
  return view.cause === 'unknown' ? say('verdict-retry.unknown') : say('verdict-retry.never');
}

/** The facts of a verdict that have a value, in the order to read them. */
export function facts(view: ExplainView, now: number): { name: string; value: string }[] {
  const amounts: [string, AmountView | null][] = [
    [say('verdict-needed'), view.needed],
    [say('verdict-left'), view.left],
    [say('verdict-used'), view.used],
    [say('verdict-limit'), view.limit],
  ];
  return [
    ...amounts.flatMap(([name, one]) => (one ? [{ name, value: figure(one) }] : [])),
    { name: say('verdict-who'), value: whoRefused(view) },
    ...(view.cause === 'unknown'
      ? []
      : [{ name: say('verdict-scope'), value: scopeWord(view.scope) }]),
    { name: say('verdict-retry'), value: retry(view, now) },
  ];
}

/** Whether it is a refusal at all, and so may be kept: a good answer is none, whatever it says. */
export const isRefusal = (view: ExplainView): boolean =>
  view.cause !== 'unknown' || (view.status !== null && view.status >= 400);

/** What became of secrets and of the paste. */
export function privacy(dropped: string[], kept: boolean): string {
  if (dropped.length === 0) return kept ? say('verdict-private.kept') : say('verdict-private');
  const what = list(dropped);
  return kept
    ? say('verdict-private.dropped-kept', { what })
    : say('verdict-private.dropped', { what });
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
  if (was.cause !== is.cause)
    found.push(say('change-cause', { before: was.title, after: is.title }));
  else if (Math.round(was.confidence * 100) !== Math.round(is.confidence * 100))
    found.push(say('change-sure', { before: sure(was), after: sure(is) }));
  if (is.at !== null && was.at !== is.at)
    found.push(say('change-refused', { when: moment(is.at, now) }));
  for (const one of after.accounts) {
    const old = before.accounts.find(({ id }) => id === one.id);
    if (!old) continue;
    const account = one.label;
    if (one.problem && !old.problem) found.push(say('change-failed', { account }));
    if (!one.problem && old.problem) found.push(say('change-works', { account }));
    for (const meter of one.meters) {
      const then = old.meters.find(({ key }) => key === meter.key);
      if (!then) continue;
      const left = (of: MeterView) => of.headroom ?? of.remaining;
      const [a, b] = [left(then), left(meter)];
      const what = { account, meter: meter.label };
      if (a !== b && b !== null) {
        const figures = { ...what, after: amount(b, meter.unit) };
        found.push(
          a === null
            ? say('change-left', figures)
            : say('change-left.before', { ...figures, before: amount(a, meter.unit) }),
        );
      }
      if (then.limit !== meter.limit && meter.limit !== null)
        found.push(say('change-limit', { ...what, limit: amount(meter.limit, meter.unit) }));
    }
  }
  return found;
}
