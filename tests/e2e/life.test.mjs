/** Eight hours of simulated life in an open page: its memory stays flat, no listener and no node is left behind. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser, program, visit } from './harness.mjs';

const SPEED = 300;
const HOUR = 3_600_000 / SPEED;
let demo, chromium, page, devtools;

before(async () => {
  demo = await program({ demo: true, speed: SPEED });
  chromium = await browser();
  page = await chromium.page(demo.url);
  devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
});
after(async () => {
  await demo?.close();
  await chromium?.close();
});

/** What the page holds after the garbage is out, always seen from the overview. */
async function held() {
  await visit(page, '#/');
  await page.locator('li.meter').first().waitFor();
  for (let time = 0; time < 3; time += 1) await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const of = (name) => metrics.find((one) => one.name === name).value;
  return {
    heap: of('JSHeapUsedSize') / 1e6,
    nodes: of('Nodes'),
    listeners: of('JSEventListeners'),
  };
}

test('eight hours leave nothing behind', { timeout: 300_000 }, async () => {
  await page.locator('li.meter').first().waitFor();
  const account = await page.locator('li.meter .who a').first().getAttribute('href');
  const hours = [];
  for (let hour = 0; hour <= 8; hour += 1) {
    // A reader who looks around once an hour, and leaves the overview open otherwise.
    for (const place of [account, '#/alerts', '#/why', '#/settings', '#/add'])
      await visit(page, place);
    hours.push(await held());
    if (hour < 8) await page.waitForTimeout(HOUR);
  }
  const said = hours
    .map(
      ({ heap, nodes, listeners }, hour) =>
        `${hour} h: ${heap.toFixed(1)} MB, ${nodes} nodes, ${listeners} listeners`,
    )
    .join('\n');
  console.log(said);
  // The first hour warms caches up. An alert or a lane more or less is no leak.
  const [early, late] = [hours[1], hours[8]];
  assert.ok(late.heap < early.heap * 1.15 + 0.5, said);
  assert.ok(late.listeners < early.listeners + 60, said);
  assert.ok(late.nodes < early.nodes * 1.25 + 100, said);
});
