/** Room at both sides of a drawing, in CSS pixels: `.pad`. */
const PADDING = 32;

/** Tells the width for a drawing within a box, at once and 150 ms after it last changed. */
export function measure(tell: (width: number) => void) {
  return (box: HTMLElement) => {
    let wait: ReturnType<typeof setTimeout> | undefined;
    const set = () => tell(Math.floor(box.clientWidth - PADDING));
    set();
    const observer = new ResizeObserver(() => {
      clearTimeout(wait);
      wait = setTimeout(set, 150);
    });
    observer.observe(box);
    return () => {
      clearTimeout(wait);
      observer.disconnect();
    };
  };
}
