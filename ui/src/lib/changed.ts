/** What changes more often than this, in milliseconds, is not marked each time: the simulator would flicker. */
const REST = 5_000;

/** Marks an element for a moment when what it says has changed; never at first, nor for who prefers no motion. */
export function changed(node: HTMLElement, said: string) {
  let last = -Infinity;
  return {
    update(now: string) {
      if (now === said) return;
      said = now;
      const rested = performance.now() - last > REST;
      last = performance.now();
      if (!rested || !globalThis.matchMedia?.('(prefers-reduced-motion: no-preference)').matches)
        return;
      node.animate([{ opacity: 0.25 }, { opacity: 1 }], { duration: 400, easing: 'ease-out' });
    },
  };
}
