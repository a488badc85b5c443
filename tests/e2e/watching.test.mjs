/** The simulator's pages: live figures, the account's page with its chart, alerts. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PATIENCE, browser, simulator, visit } from './harness.mjs';

let served, chromium, page;
before(async () => {
  served = await simulator();
  chromium = await browser();
  page = await chromium.page(served.url);
  await page.locator('li.meter').first().waitFor();
});
after(async () => {
  await served?.close();
  await chromium?.close();
});

test('figures change in place, without a reload', async () => {
  await page.evaluate(() => (globalThis.sameDocument = true));
  const figures = () => page.locator('li.meter .figures b').allInnerTexts();
  const first = (await figures()).join();
  await page.waitForFunction(
    (was) =>
      [...document.querySelectorAll('li.meter .figures b')].map((b) => b.innerText).join() !== was,
    first,
    { timeout: PATIENCE },
  );
  assert.equal(await page.evaluate(() => globalThis.sameDocument), true);
});

test('rows that run out come by their walls, and each says its forecast in words', async () => {
  const lanes = await page
    .locator('li.meter .lane')
    .evaluateAll((all) => all.map((lane) => lane.getAttribute('aria-label')));
  assert.ok(lanes.length >= 3);
  const kinds = lanes.map((words) => {
    assert.match(words, /^(runs out around|nothing in sight until) .*confidence (low|fair|good)/);
    return words.startsWith('runs out');
  });
  assert.deepEqual(
    kinds,
    kinds.toSorted((a, b) => Number(b) - Number(a)),
    'walls come first',
  );
});

test('an account: chart, keyboard walk, zoom, table, ranges, spend, events', async () => {
  await visit(page, '#/account/demo-litellm');
  // The meter's chart; what it was spent on has one of its own.
  const card = page.locator('section[aria-label^="Chart:"]');
  const chart = card.getByRole('application');
  await chart.locator('svg').waitFor();
  assert.ok((await chart.locator('svg path, svg polyline').count()) > 0, 'the chart is drawn');

  await card.getByRole('button', { name: '7d' }).click();
  const spoken = card.locator('[aria-live=polite].sr');
  await chart.focus();
  const heard = [];
  for (const key of ['ArrowLeft', 'ArrowLeft', 'PageUp', 'Home', 'End']) {
    await page.keyboard.press(key);
    heard.push(await spoken.innerText());
  }
  for (const line of heard) assert.match(line, /^\d+ \w{3} \d{4}, \d\d:\d\d, .*\d/);
  assert.ok(new Set(heard).size >= 4, `each step is said: ${heard.join(' | ')}`);
  await page.locator('.tip').waitFor();

  await page.keyboard.press('+');
  await page.getByRole('button', { name: 'Reset zoom' }).waitFor();
  assert.equal(await spoken.innerText(), 'Zoomed in.');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Reset zoom' }).waitFor({ state: 'detached' });

  await card.getByRole('button', { name: 'Table' }).click();
  const table = card.getByRole('region', { name: 'Chart as table' });
  await table.locator('tbody tr').first().waitFor();
  assert.ok((await table.locator('tbody tr').count()) > 10);
  await card.getByRole('button', { name: 'Table' }).click();

  const summary = card.locator('.summary');
  const level = await summary.innerText();
  await card.getByRole('button', { name: 'Spend', exact: true }).click();
  await page.waitForFunction((was) => document.querySelector('.summary').innerText !== was, level);
  await chart.locator('svg .bar, svg .bar-now').first().waitFor();
  await card.getByRole('button', { name: '30d' }).click();
  assert.equal(
    await card.getByRole('button', { name: '30d' }).getAttribute('aria-pressed'),
    'true',
  );
  assert.ok((await page.locator('section[aria-labelledby=events] li').count()) > 0, 'events');
});

test('the chart shows the figure that the meter says', async () => {
  await visit(page, '#/account/demo-deepseek');
  await page.getByRole('application').first().locator('svg').waitFor();
  // Asked at one moment, as the simulator goes on.
  const [view, meter] = await page.evaluate(async () => {
    const ask = async (command, body) => {
      const answer = await fetch(`/api/${command}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${sessionStorage.getItem('tollwatch.token')}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      });
      return answer.json();
    };
    const { account } = await ask('account', { id: 'demo-deepseek' });
    const meter = account.meters[0];
    const request = {
      account: account.id,
      meter: meter.key,
      what: 'level',
      range: '24h',
    };
    const chart = await ask('chart', {
      ...request,
      from: null,
      to: null,
      width: 800,
      height: 280,
    });
    return [chart.picture, meter];
  });
  const last = view.series[0].points.filter((point) => point.v !== null).at(-1);
  assert.ok(Math.abs(last.v - Number(meter.remaining)) < 0.1, `${last.v} and ${meter.remaining}`);
});

test('alerts: snoozed and acknowledged', async () => {
  await visit(page, '#/alerts');
  const live = page.locator('section[aria-labelledby=live] .list > li');
  await live.first().waitFor({ timeout: 2 * PATIENCE });
  const title = await live.first().locator('a').first().innerText();
  const mine = live.filter({ hasText: title }).first();
  await mine.getByRole('button', { name: 'Snooze' }).click();
  await page.getByRole('status').getByText('Snoozed for 4 hours.').waitFor();
  const snoozed = live.filter({ hasText: /snoozed\suntil/ }).first();
  await snoozed.waitFor();
  await snoozed.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByRole('status').getByText('Acknowledged.').waitFor();
  await live.filter({ hasText: 'acknowledged' }).first().waitFor();
});
