import { afterEach } from 'vitest';
import { cleanup } from '@testing-library/svelte';

// jsdom has no layout.
class NoResize {
  observe() {}
  unobserve() {}
  disconnect() {}
}
globalThis.ResizeObserver ??= NoResize as unknown as typeof ResizeObserver;
globalThis.scrollTo = () => {};

afterEach(() => {
  cleanup();
  location.hash = '';
});
