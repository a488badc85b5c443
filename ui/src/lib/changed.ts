/** Marks an element for a moment when what it says has changed; never at first, nor for who prefers no motion. */
export function changed(node: HTMLElement, said: string) {
  return {
    update(now: string) {
      if (now === said) return;
      said = now;
      if (!globalThis.matchMedia?.('(prefers-reduced-motion: no-preference)').matches) return;
      node.animate([{ opacity: 0.25 }, { opacity: 1 }], { duration: 400, easing: 'ease-out' });
    },
  };
}
