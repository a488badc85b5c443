/** The runway: what is marked on its lanes, in which order they stand, and how many of them fit. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  accessible,
  browser,
  fits,
  program,
  shot,
  simulator,
  upstream,
  visit,
} from './harness.mjs';

let served, chromium;
before(async () => {
  served = await simulator();
  chromium = await browser();
});
after(async () => {
  await served?.close();
  await chromium?.close();
});

test('every reset within the range is marked, with a title and in words', async () => {
  const page = await chromium.page(served.url);
  const row = page.locator('li.meter', { hasText: 'key budget' });
  await row.waitFor();
  for (const [range, least, most, words] of [
    ['24 h', 1, 1, /; resets (tomorrow )?\d\d:\d\d/],
    ['7 d', 7, 7, /; resets 7 times, first /],
    ['30 d', 30, 30, /; resets 30 times, first /],
  ]) {
    await page.getByRole('button', { name: range }).click();
    const marks = row.locator('.reset');
    const count = await marks.count();
    assert.ok(count >= least && count <= most, `${count} resets in ${range}`);
    assert.match(await marks.first().getAttribute('title'), /^resets .*\d\d:\d\d$/);
    assert.match(await row.locator('.lane').getAttribute('aria-label'), words);
    await fits(page, `the runway of ${range}`);
    await shot(page, `runway-${range.replace(' ', '')}-light`);
  }
  await page.context().close();
});

test('the range is kept between visits', async () => {
  const page = await chromium.page(served.url);
  const month = page.getByRole('button', { name: '30 d' });
  await month.click();
  await visit(page, '#/alerts');
  await visit(page, '#/');
  assert.equal(await month.getAttribute('aria-pressed'), 'true');
  await page.reload();
  await month.waitFor();
  assert.equal(await month.getAttribute('aria-pressed'), 'true');
  await page.context().close();
});

test('as a table it says the same', async () => {
  const page = await chromium.page(served.url);
  await page.locator('li.meter').first().waitFor();
  const names = await page
    .locator('section[aria-labelledby=runway] > ul > li.meter .who > a b')
    .allInnerTexts();
  await page.getByRole('button', { name: 'Table' }).click();
  const table = page.getByRole('region', { name: 'Runway as table' });
  assert.deepEqual(await table.locator('tbody th a').allInnerTexts(), names);
  assert.match(await table.locator('tbody').innerText(), /nothing in sight until/);
  await accessible(page, 'the runway as a table');
  await page.context().close();
});

test('while somebody points at the lanes none moves away', async () => {
  const page = await chromium.page(served.url);
  const rows = page.locator('section[aria-labelledby=runway] > ul > li.meter');
  await rows.first().waitFor();
  const order = () => rows.locator('.who > a').evaluateAll((all) => all.map((one) => one.href));
  await rows.nth(1).hover();
  const before = await order();
  const figures = await rows.locator('.figures').allInnerTexts();
  // Hours go by in the simulator; its figures change, its lanes stand.
  await page.waitForFunction(
    (was) =>
      [...document.querySelectorAll('section[aria-labelledby=runway] > ul .figures')]
        .map((one) => one.innerText)
        .join() !== was,
    figures.join(),
  );
  await page.waitForTimeout(3_000);
  assert.deepEqual(await order(), before);
  await page.context().close();
});

test('a hidden page asks nothing, and asks once when it is shown', async () => {
  const page = await chromium.page(served.url);
  await page.locator('li.meter').first().waitFor();
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/overview')) asked += 1;
  });
  const turn = (hidden) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await turn(true);
  await page.waitForTimeout(1_500);
  asked = 0;
  await page.waitForTimeout(3_000);
  assert.equal(asked, 0, 'nothing is asked for nobody');
  await turn(false);
  await page.waitForTimeout(700);
  assert.equal(asked, 1);
  await page.context().close();
});

test('left and come back a hundred times, no listener and no node stays behind', async () => {
  const page = await chromium.page(served.url);
  await page.locator('li.meter').first().waitFor();
  const session = await page.context().newCDPSession(page);
  const count = async () => {
    await visit(page, '#/');
    await page.locator('li.meter').first().waitFor();
    await session.send('HeapProfiler.collectGarbage');
    const { documents, nodes, jsEventListeners } = await session.send('Memory.getDOMCounters');
    return { documents, nodes, jsEventListeners };
  };
  const round = async (times) => {
    for (let turn = 0; turn < times; turn += 1)
      for (const hash of ['#/alerts', '#/settings', '#/account/demo-litellm', '#/why', '#/'])
        await page.evaluate(async (to) => {
          location.hash = to;
          await new Promise((next) => setTimeout(next, 60));
        }, hash);
  };
  await round(4);
  const first = await count();
  await round(20);
  const last = await count();
  // The simulator goes on meanwhile: a notice more, a mark more.
  assert.ok(last.nodes < first.nodes * 1.15 + 300, JSON.stringify({ first, last }));
  assert.ok(last.jsEventListeners <= first.jsEventListeners + 40, JSON.stringify({ first, last }));
  await page.context().close();
});

for (const [name, media] of [
  ['forced-colors', { forcedColors: 'active' }],
  ['more-contrast', { contrast: 'more' }],
]) {
  test(`lanes and choices are seen with ${name}`, async () => {
    for (const theme of ['light', 'dark']) {
      const page = await chromium.page(served.url, { theme });
      await page.emulateMedia({ colorScheme: theme, ...media });
      await page.locator('li.meter').first().waitFor();
      const [bar, ground] = await page.evaluate(() => {
        const seen = (one) => getComputedStyle(document.querySelector(one)).backgroundColor;
        return [seen('.lane .fill'), seen('.card')];
      });
      assert.notEqual(bar, ground, 'a bar is not its ground');
      await accessible(page, `${name}, ${theme}`);
      await shot(page, `runway-${name}-${theme}`, { fullPage: false });
      await page.context().close();
    }
  });
}

/** One account with so many meters, each with a figure. */
async function lanes(t, count) {
  const meters = Array.from(
    { length: count },
    (_, at) =>
      `{ key = "m${at}", label = "key “team ${at}”", kind = "balance", unit = "USD", remaining = "/left" }`,
  );
  const gateway = await upstream(() => ({ body: { left: '12.34' } }));
  t.after(() => gateway.close());
  const own = await program({ env: { E2E_KEY: 'an-invented-key' } });
  t.after(() => own.close());
  await own.kill();
  writeFileSync(
    join(own.place, 'config', 'config.toml'),
    `[accounts.gateway]
connector = "http_json"
label = "Gateway"
base_url = "${gateway.url}"
secrets = { key = "env:E2E_KEY" }
[accounts.gateway.options]
path = "/usage"
meters = [${meters.join(', ')}]
`,
  );
  await own.again();
  return own;
}

test('one lane or thirty: they fit at every width', async (t) => {
  for (const count of [1, 30]) {
    const own = await lanes(t, count);
    for (const [width, theme] of [
      [420, 'dark'],
      [800, 'light'],
      [1240, 'dark'],
      [2560, 'light'],
    ]) {
      const page = await chromium.page(own.url, { width, theme });
      await page
        .locator('li.meter')
        .nth(count - 1)
        .waitFor();
      assert.equal(await page.locator('li.meter').count(), count);
      await fits(page, `${count} lanes at ${width} px`);
      await shot(page, `runway-${count}-${width}`);
      await page.context().close();
    }
  }
});
