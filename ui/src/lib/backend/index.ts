/** The one place that picks the transport. */
import { httpBackend, takeToken } from './http';
import { tauriBackend } from './tauri';
import type { Backend } from './types';

export * from './types';

/** Inside the desktop's window its IPC, else loopback HTTP. */
export function pickBackend(): Backend {
  return '__TAURI_INTERNALS__' in window ? tauriBackend() : httpBackend(takeToken());
}
