/** An account that runs dry in the simulator: its alert's page with the chart, and how good the forecasts were. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PATIENCE, accessible, browser, fits, program, shot, visit } from './harness.mjs';

let served, chromium, page;
before(async () => {
  // Three days, at an hour and a half a second: warned of after half a minute.
  served = await program({ demo: true, scenario: 'drain', speed: 5400 });
  chromium = await browser();
  page = await chromium.page(served.url);
});
after(async () => {
  await served?.close();
  await chromium?.close();
});

test('an alert leads to its page: sentences, the chart of then, what was told', async () => {
  await visit(page, '#/alerts');
  const first = page.locator('.list > li a').first();
  await first.waitFor({ timeout: 6 * PATIENCE });
  const title = await first.innerText();
  await first.click();
  await page
    .getByRole('heading', { level: 1 })
    .and(page.getByText(/balance|limit/))
    .waitFor();
  assert.match(page.url(), /#\/alerts\/\d+$/);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  const why = page.locator('section[aria-labelledby=why]');
  assert.match(await why.innerText(), /Forecast: |Left at |At the present burn/, title);
  const chart = why.getByRole('application');
  await chart.locator('svg').waitFor();
  assert.ok((await chart.locator('svg .fan').count()) > 0, 'the range that was forecast is drawn');
  await chart.focus();
  await page.keyboard.press('End');
  await why.locator('.tip').waitFor();
  await why.getByRole('button', { name: 'Table' }).click();
  assert.ok((await why.locator('tbody tr').count()) > 3, 'the same as a table');
  await why.getByRole('button', { name: 'Table' }).click();
  await page.locator('section[aria-labelledby=after]').waitFor();
});

test('the page is accessible and fits, light and dark, narrow and wide', async () => {
  const hash = new URL(page.url()).hash;
  for (const theme of ['light', 'dark']) {
    for (const width of [360, 1240, 2560]) {
      const other = await chromium.page(served.url, { theme, width });
      await visit(other, hash);
      await other.getByRole('application').locator('svg').waitFor();
      await other.locator('.toasts').evaluate((all) => (all.style.display = 'none'));
      await fits(other, `the alert at ${width} px`);
      await accessible(other, `the alert, ${theme}, ${width} px`);
      await shot(other, `alert-${width}-${theme}`);
      await other.context().close();
    }
  }
});

test('the same in Chinese, chosen in the settings and taken back', async () => {
  const hash = new URL(page.url()).hash;
  await visit(page, '#/settings');
  await page.getByRole('button', { name: '简体中文' }).click();
  await page.getByRole('heading', { level: 1, name: '设置' }).waitFor();
  for (const [theme, width] of [
    ['light', 2560],
    ['dark', 800],
  ]) {
    const other = await chromium.page(served.url, { theme, width });
    await visit(other, hash);
    await other.getByRole('application').locator('svg').waitFor();
    await other.getByRole('heading', { name: '后来如何' }).waitFor();
    await other.locator('.toasts').evaluate((all) => (all.style.display = 'none'));
    await fits(other, `the alert in Chinese at ${width} px`);
    await accessible(other, `the alert in Chinese, ${theme}`);
    await shot(other, `alert-zh-CN-${width}-${theme}`);
    await other.context().close();
  }
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
});

test('settings say how good the forecasts were, or that it is too early', async () => {
  await visit(page, '#/settings');
  const card = page.locator('section[aria-labelledby=backtest]');
  await card.getByText(/Too few forecasts|The range held/).waitFor();
  await card.getByRole('button', { name: 'Score now' }).click();
  await card.getByText('Scoring…').waitFor({ state: 'detached' });
  await card.getByRole('button', { name: 'Score now' }).waitFor();
  assert.match(await card.innerText(), /walls?|Too little history/);
  await accessible(page, 'settings with the backtest');
  await shot(page, 'settings-backtest');
});

test('alert settings are tried over the last month before they are saved', async () => {
  await visit(page, '#/alerts');
  const card = page.locator('section[aria-labelledby=when]');
  await card.getByRole('button', { name: 'Earlier, more in vain' }).click();
  await card.getByRole('button', { name: 'Try on the last 30 days' }).click();
  const said = card.getByText(/^These settings would have told you (once|\d+ times) in /);
  await said.waitFor();
  assert.ok((await card.locator('li').count()) > 0, await said.innerText());
  await accessible(page, 'alerts with a trial');
  await shot(page, 'alerts-tried');
  await visit(page, '#/settings');
  await visit(page, '#/alerts');
  const normal = card.getByRole('button', { name: 'Normal' });
  await normal.waitFor();
  assert.equal(await normal.getAttribute('aria-pressed'), 'true', 'nothing was saved');
});
