import { asSentence } from '../format';
import type { Commands } from '../bindings/commands';
import type { EventMessage } from '../bindings/EventMessage';

/** Every command of the backend, as the library says it. */
export type { Commands };
export type CommandName = keyof Commands;

/** `open` once events flow, `lost` while they do not and a new try is under way. */
export type LinkState = 'open' | 'lost';

/** The way to the library, whichever it is. */
export interface Backend {
  call<C extends CommandName>(
    command: C,
    request: Commands[C]['request'],
  ): Promise<Commands[C]['response']>;
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
