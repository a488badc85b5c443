import { getContext, setContext } from 'svelte';
import {
  BackendError,
  sentence,
  type Backend,
  type CommandName,
  type Commands,
} from './backend/types';
import { setZone } from './format';
import { language, say, speak } from './say.svelte';
import type { EventMessage } from './bindings/EventMessage';
import type { Overview } from './bindings/Overview';
import type { Severity } from './bindings/Severity';

const KEY = Symbol('app');
/** At most one refetch in this time, however many events come: a demo makes dozens a second. */
const THROTTLE = 750;
/** Without any event the figures are asked for again after this time: what is told by none, such as their age, changes too. */
const LONGEST = 60_000;

export interface Toast {
  id: number;
  title: string;
  body: string;
  severity: Severity | null;
  /** The alert that it tells of. */
  episode: number | null;
}

/** What every screen shares: the last overview, the moment, the link, the toasts. */
export class App {
  readonly backend: Backend;
  overview = $state.raw<Overview | null>(null);
  problem = $state<string | null>(null);
  unauthorized = $state(false);
  link = $state<'opening' | 'open' | 'lost'>('opening');
  toasts = $state<Toast[]>([]);
  /** An account was just added: time to ask whether notices reach the user. */
  added = $state(false);
  /** Counts changes, so that screens with their own query ask again. */
  changes = $state(0);
  /** The monitor's moment, advanced here between two answers. */
  now = $state(0);

  #readAt = 0;
  #nextToast = 1;
  #pending: ReturnType<typeof setTimeout> | undefined;
  #lastFetch = 0;
  #ticker: ReturnType<typeof setInterval> | undefined;
  #missedWhileHidden = false;
  #asked = 0;

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Listens and ticks until the returned function is called. */
  start(): () => void {
    void this.refresh();
    const off = this.backend.listen(
      (event) => this.hear(event),
      (state) => {
        const back = state === 'open' && this.link === 'lost';
        // Lost again: another start of the program may answer, but not to our token. Asking tells.
        const again = state === 'lost' && this.link === 'lost';
        this.link = state;
        if (back) this.changed();
        else if (again) void this.refresh();
      },
    );
    const onVisible = () => this.#visibility();
    document.addEventListener('visibilitychange', onVisible);
    this.#visibility();
    return () => {
      off();
      document.removeEventListener('visibilitychange', onVisible);
      clearInterval(this.#ticker);
      clearTimeout(this.#pending);
    };
  }

  hear(event: EventMessage): void {
    if (event.is === 'changed') this.changed();
    else this.toast(event.title, event.body, event.severity, event.episode);
  }

  /** Asks again soon; while hidden, once when shown. */
  changed(): void {
    if (document.hidden) {
      this.#missedWhileHidden = true;
      return;
    }
    if (this.#pending !== undefined) return;
    const wait = Math.max(0, this.#lastFetch + THROTTLE - performance.now());
    this.#pending = setTimeout(() => {
      this.#pending = undefined;
      void this.refresh();
    }, wait);
  }

  async refresh(): Promise<void> {
    this.#lastFetch = performance.now();
    const asked = ++this.#asked;
    try {
      const overview = await this.backend.call('overview', {});
      // A slow answer must not overwrite a later one.
      if (asked !== this.#asked) return;
      setZone(overview.zone);
      if (overview.language !== language()) await speak(overview.language);
      this.overview = overview;
      this.problem = null;
      this.unauthorized = false;
      this.#readAt = performance.now();
      this.#tick();
    } catch (thrown) {
      this.problem = sentence(thrown);
      this.unauthorized =
        thrown instanceof BackendError && ['unauthorized', 'token'].includes(thrown.code);
      if (thrown instanceof BackendError && thrown.code === 'transport') this.link = 'lost';
    }
    this.changes += 1;
  }

  /** Runs a command that changes something; tells when it fails. True when it went well. */
  async act<C extends CommandName>(
    command: C,
    request: Commands[C]['request'],
    done?: string,
  ): Promise<boolean> {
    try {
      await this.backend.call(command, request);
    } catch (thrown) {
      this.toast(say('shell-toast-failed'), sentence(thrown), null);
      return false;
    }
    if (done) this.toast(done, '', null);
    await this.refresh();
    return true;
  }

  /** `episode` is the alert that it tells of, whose page says more. */
  toast(
    title: string,
    body: string,
    severity: Severity | null,
    episode: number | null = null,
  ): void {
    const id = this.#nextToast++;
    // The same again replaces the old one.
    const others = this.toasts.filter((toast) => toast.title !== title || toast.body !== body);
    this.toasts = [...others, { id, title, body, severity, episode }].slice(-4);
    // Urgent ones stay until they are closed by hand.
    if (severity === null) setTimeout(() => this.dismiss(id), 6_000);
  }

  dismiss(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  #visibility(): void {
    clearInterval(this.#ticker);
    if (document.hidden) return;
    this.#tick();
    this.#ticker = setInterval(() => this.#tick(), 1_000);
    if (this.#missedWhileHidden) {
      this.#missedWhileHidden = false;
      this.changed();
    }
  }

  #tick(): void {
    if (!this.overview) return;
    this.now = this.overview.now + (performance.now() - this.#readAt) * this.overview.speed;
    if (performance.now() - this.#lastFetch > LONGEST) this.changed();
  }
}

export const provideApp = (app: App): App => setContext(KEY, app);
export const useApp = (): App => getContext<App>(KEY);
