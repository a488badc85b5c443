import type { EventMessage } from '../bindings/EventMessage';
import { say } from '../say.svelte';
import { EventStream } from './sse';
import {
  BackendError,
  type Backend,
  type CommandName,
  type Commands,
  type LinkState,
} from './types';

const KEY = 'tollwatch.token';
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
/** The server sends a keep-alive at least every 15 s; a stream silent for longer is dead. */
const SILENCE = 45_000;

/** The token from the address bar (and away from there), or the one of this tab's earlier load. */
export function takeToken(
  where: Location = location,
  store: Storage = sessionStorage,
  past: History = history,
): string {
  const found = /^#(?:.*&)?token=([^&]+)/.exec(where.hash)?.[1];
  if (found) {
    store.setItem(KEY, decodeURIComponent(found));
    past.replaceState(null, '', where.pathname + where.search);
  }
  return store.getItem(KEY) ?? '';
}

async function failure(answer: Response): Promise<BackendError> {
  try {
    const body = (await answer.json()) as { code?: unknown; message?: unknown };
    if (typeof body.code === 'string' && typeof body.message === 'string') {
      return new BackendError(body.code, body.message);
    }
  } catch {
    // Not JSON: say below what came instead.
  }
  if (answer.status === 401) {
    return new BackendError('unauthorized', say('shell-transport-token'));
  }
  return new BackendError(
    'server',
    say('shell-transport-status', { status: String(answer.status) }),
  );
}

/** Loopback HTTP: POST for commands, a streamed GET for events. */
export function httpBackend(token: string, base = ''): Backend {
  const authorization = `Bearer ${token}`;

  async function call<C extends CommandName>(
    command: C,
    request: Commands[C]['request'],
  ): Promise<Commands[C]['response']> {
    let answer: Response;
    try {
      answer = await fetch(`${base}/api/${command}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(request),
        cache: 'no-store',
      });
    } catch {
      throw new BackendError('transport', say('shell-transport-gone'));
    }
    if (!answer.ok) throw await failure(answer);
    const text = await answer.text();
    return (text === '' ? null : JSON.parse(text)) as Commands[C]['response'];
  }

  async function hear(
    stop: AbortController,
    onEvent: (event: EventMessage) => void,
    onLink: (state: LinkState) => void,
  ): Promise<void> {
    const quiet = new AbortController();
    let timer = setTimeout(() => quiet.abort(), SILENCE);
    const end = () => quiet.abort();
    stop.signal.addEventListener('abort', end);
    try {
      const answer = await fetch(`${base}/events`, {
        headers: { authorization, accept: 'text/event-stream' },
        cache: 'no-store',
        signal: quiet.signal,
      });
      if (!answer.ok || !answer.body) throw await failure(answer);
      onLink('open');
      const reader = answer.body.getReader();
      const decoder = new TextDecoder();
      const stream = new EventStream();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(timer);
        timer = setTimeout(() => quiet.abort(), SILENCE);
        for (const data of stream.push(decoder.decode(value, { stream: true }))) {
          onEvent(JSON.parse(data) as EventMessage);
        }
      }
    } finally {
      clearTimeout(timer);
      stop.signal.removeEventListener('abort', end);
    }
  }

  function listen(
    onEvent: (event: EventMessage) => void,
    onLink: (state: LinkState) => void,
  ): () => void {
    const stop = new AbortController();
    void (async () => {
      let wait = FIRST_WAIT;
      while (!stop.signal.aborted) {
        try {
          await hear(stop, onEvent, (state) => {
            wait = FIRST_WAIT;
            onLink(state);
          });
        } catch {
          // Lost, or never there: both are told below, and tried again.
        }
        if (stop.signal.aborted) return;
        onLink('lost');
        await new Promise((go) => setTimeout(go, wait));
        wait = Math.min(wait * 2, LONGEST_WAIT);
      }
    })();
    return () => stop.abort();
  }

  return { call, listen };
}
