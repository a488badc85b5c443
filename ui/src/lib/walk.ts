/** Walking on a chart's points: by pointer and by key. Pure. */
import type { Axis } from './bindings/Axis';
import type { Area } from './bindings/Area';
import type { Picture } from './bindings/Picture';
import type { Point } from './bindings/Point';

export interface Here {
  t: number;
  points: { name: string; point: Point }[];
}

/** The times that can be walked on, ascending, each once. */
export function steps(picture: Picture): number[] {
  const times = new Set<number>();
  for (const series of picture.series) for (const point of series.points) times.add(point.t);
  return [...times].sort((a, b) => a - b);
}

/** The index of the value nearest to `t` in an ascending list; -1 for none. */
export function nearest(times: readonly number[], t: number): number {
  let low = 0;
  let high = times.length - 1;
  if (high < 0) return -1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < t) low = middle + 1;
    else high = middle;
  }
  const before = times[low - 1];
  return before !== undefined && t - before <= (times[low] ?? 0) - t ? low - 1 : low;
}

/** Each series' point at `t`; one whose nearest is farther than `reach` is left out. */
export function at(picture: Picture, t: number, reach: number): Here {
  const points = picture.series.flatMap((series) => {
    const found =
      series.points[
        nearest(
          series.points.map((point) => point.t),
          t,
        )
      ];
    return found && Math.abs(found.t - t) <= reach ? [{ name: series.name, point: found }] : [];
  });
  return { t, points };
}

/** Where a key leads from step `from` of `count`; null when the key is none of ours. */
export function stride(key: string, from: number, count: number): number | null {
  const page = Math.max(1, Math.round(count / 10));
  const to: Record<string, number> = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    PageUp: from - page,
    PageDown: from + page,
    Home: 0,
    End: count - 1,
  };
  const target = to[key];
  if (target === undefined || count === 0) return null;
  return Math.max(0, Math.min(count - 1, target));
}

export const toX = (t: number, axis: Axis, plot: Area): number =>
  plot.x + ((t - axis.min) / (axis.max - axis.min || 1)) * plot.width;

export const toTime = (x: number, axis: Axis, plot: Area): number =>
  axis.min + ((x - plot.x) / (plot.width || 1)) * (axis.max - axis.min);

export const toY = (v: number, axis: Axis, plot: Area): number =>
  plot.y + plot.height - ((v - axis.min) / (axis.max - axis.min || 1)) * plot.height;

/** The nearest zoom that is worth a query. */
const NARROWEST = 10 * 60 * 1_000;

/** A range narrower or wider by `factor` about `centre`, whole milliseconds. */
export function zoomed(axis: Axis, centre: number, factor: number): { from: number; to: number } {
  const width = Math.max(NARROWEST, (axis.max - axis.min) * factor);
  const share = Math.max(0, Math.min(1, (centre - axis.min) / (axis.max - axis.min || 1)));
  const from = Math.round(centre - width * share);
  return { from, to: Math.round(from + width) };
}
