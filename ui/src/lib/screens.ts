/**
 * The code of every page but the first one, fetched when it is wanted: so the first picture needs little. Fetched once
 * nothing else is to do, too, so that no page is waited for.
 */
import type { Component } from 'svelte';
import type { Route } from './route.svelte';

/** A page: what draws it, what it is told, and what makes it another one of its kind. */
export interface Screen {
  // Each page has properties of its own; `of` below gives each its own.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  View: Component<any>;
  props: Record<string, unknown>;
  key: string;
}

const account = () => import('../screens/Account.svelte');
const add = () => import('../screens/AddAccount.svelte');
const alerts = () => import('../screens/Alerts.svelte');
const episode = () => import('../screens/Episode.svelte');
const settings = () => import('../screens/Settings.svelte');
const why = () => import('../screens/Why.svelte');
const diagnosis = () => import('../screens/Diagnosis.svelte');
const palette = () => import('./parts/Palette.svelte');

/** The page of a route; the overview is always there, so it has none. Throws when its code does not come. */
export async function fetchScreen(route: Route): Promise<Screen | null> {
  const of = async (
    load: () => Promise<{ default: Screen['View'] }>,
    props: Record<string, unknown> = {},
    key = '',
  ): Promise<Screen> => ({ View: (await load()).default, props, key: `${route.at} ${key}` });
  switch (route.at) {
    case 'overview':
      return null;
    case 'account':
      return of(account, { id: route.id, meter: route.meter }, route.id);
    case 'add':
      return of(add);
    case 'alerts':
      return route.episode === null
        ? of(alerts)
        : of(episode, { id: route.episode }, String(route.episode));
    case 'why':
      return route.account
        ? of(diagnosis, { id: route.account, when: route.when }, `${route.account} ${route.when}`)
        : of(why);
    case 'settings':
      return of(settings);
  }
}

/** Fetches the rest when nothing else is to do; the returned function calls that off. */
export function fetchRest(): () => void {
  // WebKit has no idle callback.
  const timer = setTimeout(() => {
    for (const load of [account, alerts, settings, palette, why, add, episode, diagnosis])
      load().catch(() => {
        // Asked for again when it is wanted, and told then.
      });
  }, 1_500);
  return () => clearTimeout(timer);
}

/** So long a part of a page may take to appear, in milliseconds. */
const PATIENCE = 3_000;

/** Scrolls to a part by its id and gives it the focus, as soon as it is there. */
export function attendTo(within: HTMLElement, id: string): void {
  const found = () => {
    const part = within.querySelector<HTMLElement>(`#${CSS.escape(id)}`);
    if (!part) return false;
    part.tabIndex = -1;
    part.focus({ preventScroll: true });
    part.scrollIntoView({ block: 'start' });
    return true;
  };
  if (found()) return;
  const watch = new MutationObserver(() => found() && watch.disconnect());
  watch.observe(within, { childList: true, subtree: true });
  setTimeout(() => watch.disconnect(), PATIENCE);
}
