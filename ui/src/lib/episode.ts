/** Where an alert stands, in words. */
import type { EpisodeView } from './bindings/EpisodeView';
import { moment, stateWord } from './format';
import { say } from './say.svelte';

/** `snoozed until 16:40 · began yesterday 09:10 · ended 12:05`. */
export function standing(one: EpisodeView, now: number): string {
  return [
    one.state === 'snoozed' && one.snoozed_until !== null
      ? say('alerts-snoozed', { when: moment(one.snoozed_until, now) })
      : stateWord(one.state),
    say('alerts-began', { when: moment(one.began_at, now) }),
    one.resolved_at === null ? '' : say('alerts-ended', { when: moment(one.resolved_at, now) }),
  ]
    .filter(Boolean)
    .join(' · ');
}
