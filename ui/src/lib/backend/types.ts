import { asSentence } from '../format';
import type { AccountDraft } from '../bindings/AccountDraft';
import type { AccountPage } from '../bindings/AccountPage';
import type { AccountView } from '../bindings/AccountView';
import type { ChartRequest } from '../bindings/ChartRequest';
import type { ChartView } from '../bindings/ChartView';
import type { ConnectorView } from '../bindings/ConnectorView';
import type { AddEntryRequest } from '../bindings/AddEntryRequest';
import type { EpisodeView } from '../bindings/EpisodeView';
import type { EventMessage } from '../bindings/EventMessage';
import type { LedgerView } from '../bindings/LedgerView';
import type { Overview } from '../bindings/Overview';
import type { RemoveEntryRequest } from '../bindings/RemoveEntryRequest';
import type { Settings } from '../bindings/Settings';
import type { StatusView } from '../bindings/StatusView';
import type { TestView } from '../bindings/TestView';

type Nothing = Record<string, never>;

/** Every command of the backend: what it takes and what it gives. */
export interface Commands {
  overview: [Nothing, Overview];
  account: [{ id: string }, AccountPage];
  chart: [ChartRequest, ChartView];
  connectors: [Nothing, ConnectorView[]];
  test_account: [AccountDraft, TestView];
  add_account: [AccountDraft, AccountView];
  remove_account: [{ id: string; keep_history: boolean }, null];
  pause_account: [{ id: string; paused: boolean }, null];
  ledger: [{ account: string }, LedgerView];
  add_ledger_entry: [AddEntryRequest, LedgerView];
  remove_ledger_entry: [RemoveEntryRequest, LedgerView];
  poll_now: [{ id: string | null }, null];
  episodes: [{ days: number }, EpisodeView[]];
  acknowledge: [{ id: number }, null];
  snooze: [{ id: number; hours: number }, null];
  settings: [Nothing, Settings];
  set_notifications: [{ enabled: boolean }, null];
  test_notification: [Nothing, StatusView];
  set_autostart: [{ enabled: boolean }, null];
  start_demo: [Nothing, null];
  stop_demo: [Nothing, null];
}

export type CommandName = keyof Commands;

/** `open` once events flow, `lost` while they do not and a new try is under way. */
export type LinkState = 'open' | 'lost';

/** The way to the library, whichever it is. */
export interface Backend {
  call<C extends CommandName>(command: C, request: Commands[C][0]): Promise<Commands[C][1]>;
  /** Hears events until the returned function is called. */
  listen(onEvent: (event: EventMessage) => void, onLink: (state: LinkState) => void): () => void;
}

/** An answer that is an error, in words for people. */
export class BackendError extends Error {
  /** `transport` when the backend could not be reached at all; else the backend's own code. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'BackendError';
    this.code = code;
  }
}

/** What to show of anything that was thrown. */
export function sentence(thrown: unknown): string {
  return asSentence(thrown instanceof Error ? thrown.message : String(thrown));
}
