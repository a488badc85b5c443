import { invoke } from '@tauri-apps/api/core';
import { listen as hear } from '@tauri-apps/api/event';
import type { EventMessage } from '../bindings/EventMessage';
import {
  BackendError,
  type Backend,
  type CommandName,
  type Commands,
  type LinkState,
} from './types';

/** The desktop shell's IPC. */
export function tauriBackend(): Backend {
  return {
    async call<C extends CommandName>(
      command: C,
      request: Commands[C]['request'],
    ): Promise<Commands[C]['response']> {
      try {
        return await invoke<Commands[C]['response']>('call', { command, request });
      } catch (thrown) {
        const body = thrown as { code?: unknown; message?: unknown } | null;
        if (typeof body?.code === 'string' && typeof body.message === 'string') {
          throw new BackendError(body.code, body.message);
        }
        throw new BackendError('server', String(thrown));
      }
    },

    listen(onEvent: (event: EventMessage) => void, onLink: (state: LinkState) => void) {
      const unlisten = hear<EventMessage>('tollwatch', (event) => onEvent(event.payload));
      unlisten.then(
        () => onLink('open'),
        () => onLink('lost'),
      );
      return () => void unlisten.then((off) => off());
    },
  };
}
