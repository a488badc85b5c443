import { expect, test } from 'vitest';
import type { Picture } from './bindings/Picture';
import { parseRoute } from './route.svelte';
import { parseSvg } from './svg';
import { at, nearest, steps, stride, toTime, toX, toY, zoomed } from './walk';

const picture: Picture = {
  svg: '',
  plot: { x: 50, y: 10, width: 200, height: 100 },
  x: { min: 1_000, max: 2_000 },
  y: { min: 0, max: 10 },
  unit: 'USD',
  series: [
    {
      name: 'left',
      points: [
        { t: 1_000, v: 5, text: '5 USD' },
        { t: 1_500, v: null, text: 'no reading: offline' },
      ],
    },
    {
      name: 'forecast p50',
      points: [
        { t: 1_500, v: 4, text: '4 USD' },
        { t: 2_000, v: 0, text: '0 USD' },
      ],
    },
  ],
  marks: [],
  legend: [],
  summary: '',
};

test('steps are all times, each once', () => {
  expect(steps(picture)).toEqual([1_000, 1_500, 2_000]);
});

test('nearest', () => {
  expect(nearest([10, 20, 30], 14)).toBe(0);
  expect(nearest([10, 20, 30], 16)).toBe(1);
  expect(nearest([10, 20, 30], 99)).toBe(2);
  expect(nearest([], 1)).toBe(-1);
});

test('a point out of reach is left out, a gap is kept', () => {
  expect(at(picture, 1_500, 100).points.map((one) => one.point.text)).toEqual([
    'no reading: offline',
    '4 USD',
  ]);
  expect(at(picture, 2_000, 100).points.map((one) => one.name)).toEqual(['forecast p50']);
});

test('keys stay within the points', () => {
  expect(stride('ArrowLeft', 0, 50)).toBe(0);
  expect(stride('ArrowRight', 3, 50)).toBe(4);
  expect(stride('PageDown', 3, 50)).toBe(8);
  expect(stride('End', 3, 50)).toBe(49);
  expect(stride('x', 3, 50)).toBeNull();
});

test('scales', () => {
  expect(toX(1_500, picture.x, picture.plot)).toBe(150);
  expect(toTime(150, picture.x, picture.plot)).toBe(1_500);
  expect(toY(10, picture.y, picture.plot)).toBe(10);
});

test('zoom keeps the centre in place and stops at ten minutes', () => {
  expect(zoomed({ min: 0, max: 4_000_000 }, 1_000_000, 0.5)).toEqual({
    from: 500_000,
    to: 2_500_000,
  });
  const close = zoomed({ min: 0, max: 600_000 }, 300_000, 0.5);
  expect(close.to - close.from).toBe(600_000);
});

test('a drawing with anything but shapes is refused', () => {
  const wrap = (inside: string) => `<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`;
  expect(parseSvg(wrap('<path class="level" d="M0 0"/>')).querySelector('.level')).not.toBeNull();
  expect(() => parseSvg(wrap('<script>1</script>'))).toThrow('script');
  expect(() => parseSvg(wrap('<path onclick="1"/>'))).toThrow('onclick');
  expect(() => parseSvg(wrap('<path style="x"/>'))).toThrow('style');
  expect(() => parseSvg('<p/>')).toThrow('no SVG');
});

test('routes', () => {
  expect(parseRoute('#/account/a%20b/key.usd')).toEqual({
    at: 'account',
    id: 'a b',
    meter: 'key.usd',
  });
  expect(parseRoute('#/account/%')).toEqual({ at: 'account', id: '%', meter: null });
  expect(parseRoute('#/alerts/7')).toEqual({ at: 'alerts', episode: 7 });
  expect(parseRoute('#nonsense')).toEqual({ at: 'overview' });
});
