/** The palette: everything that has a name is found from anywhere, by keyboard, and the focus comes back. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, browser, fits, shot, simulator, tabTo, visit } from './harness.mjs';

let served, chromium;
before(async () => {
  served = await simulator();
  chromium = await browser();
});
after(async () => {
  await served?.close();
  await chromium?.close();
});

const field = (page) => page.getByRole('dialog').getByRole('combobox');
const options = (page) => page.getByRole('dialog').getByRole('option');
const chosen = (page) => page.locator('[role=option][aria-selected=true]');

async function open(page, keys = 'Control+k') {
  await page.keyboard.press(keys);
  await field(page).waitFor();
}

/** The first that is found, as it reads. */
async function search(page, query) {
  await field(page).fill(query);
  return (await chosen(page).locator('span').innerText()).trim();
}

test('an account and a meter are found by a few letters, and gone to', async () => {
  const page = await chromium.page(served.url);
  await page.locator('li.meter').first().waitFor();
  await open(page);
  assert.equal(await search(page, 'dpsk'), 'DeepSeek (simulated)');
  assert.match(await search(page, 'litellm team budget'), /^LiteLLM \(simulated\) · team budget/);
  await page.keyboard.press('Enter');
  await page.getByRole('application').first().locator('svg').waitFor();
  assert.match(page.url(), /#\/account\/demo-litellm\/team_budget$/);
  assert.equal(await page.getByRole('dialog').count(), 0);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  await page.context().close();
});

test('arrows walk round the list, the field keeps the focus, Escape gives it back', async () => {
  const page = await chromium.page(served.url);
  await page.locator('li.meter').first().waitFor();
  const seven = page.getByRole('button', { name: '7 d' });
  await seven.focus();
  await open(page, 'Meta+k');
  const first = await chosen(page).innerText();
  await page.keyboard.press('ArrowDown');
  assert.notEqual(await chosen(page).innerText(), first);
  const told = await field(page).getAttribute('aria-activedescendant');
  assert.equal(await chosen(page).getAttribute('id'), told, 'what is chosen is told');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowUp');
  assert.equal(await chosen(page).innerText(), await options(page).last().innerText(), 'round');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'combobox');
  await page.context().close();
});

test('a search without a result says so', async () => {
  const page = await chromium.page(served.url);
  await page.locator('li.meter').first().waitFor();
  await page.getByRole('button', { name: '7 d' }).focus();
  await open(page);
  await field(page).fill('xyzzy');
  await page.getByRole('status').getByText('Nothing is called “xyzzy”.').waitFor();
  await page.keyboard.press('Enter');
  assert.equal(await field(page).count(), 1, 'nothing was chosen');
  await page.keyboard.press('Escape');
  await field(page).waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement.innerText), '7 d');
  await page.context().close();
});

test('actions act: theme, language and back, polling', async () => {
  const page = await chromium.page(served.url);
  await page.locator('li.meter').first().waitFor();
  const run = async (query, name) => {
    await open(page);
    assert.equal(await search(page, query), name);
    await page.keyboard.press('Enter');
    await field(page).waitFor({ state: 'detached' });
  };
  await run('dark', 'Theme: dark');
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  // The settings see it, wherever it was chosen.
  await visit(page, '#/settings');
  const dark = page.getByRole('button', { name: 'Dark', exact: true });
  assert.equal(await dark.getAttribute('aria-pressed'), 'true');
  await run('theme light', 'Theme: light');
  assert.equal(await dark.getAttribute('aria-pressed'), 'false');
  await run('when to tell', 'When to tell');
  await page.getByRole('heading', { name: 'When to tell' }).waitFor();
  assert.match(page.url(), /#\/alerts\/when$/);
  await visit(page, '#/');
  await run('poll', 'Poll all accounts now');
  await page.getByRole('status').getByText('All accounts are being polled.').waitFor();
  await run('中文', 'Language: 简体中文');
  await page.getByRole('link', { name: '总览' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
  await open(page);
  await field(page).fill('zhuti');
  await accessible(page, 'the palette in Chinese');
  await shot(page, 'palette-dark-zh', { fullPage: false });
  assert.equal(await search(page, 'english'), '语言：English');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Overview' }).waitFor();
  await page.context().close();
});

test('a part of the settings is gone to and has the focus', async () => {
  const page = await chromium.page(served.url);
  await page.locator('li.meter').first().waitFor();
  await open(page);
  await search(page, 'keychain');
  await page.keyboard.press('Enter');
  await page.locator('#system:focus').waitFor();
  await page.context().close();
});

test('the button opens it too; it is accessible in both themes and at all widths', async () => {
  for (const [theme, width] of [
    ['light', 1240],
    ['dark', 800],
    ['light', 360],
  ]) {
    const page = await chromium.page(served.url, { theme, width });
    await page.locator('li.meter').first().waitFor();
    const button = page.getByRole('button', { name: 'Search' });
    await tabTo(page, button);
    await page.keyboard.press('Enter');
    await field(page).waitFor();
    await accessible(page, `the palette, ${theme}`);
    await fits(page, `the palette at ${width} px`);
    await shot(page, `palette-${theme}-${width}`, { fullPage: false });
    await page.keyboard.press('Control+k');
    await field(page).waitFor({ state: 'detached' });
    assert.equal(await button.evaluate((one) => one === document.activeElement), true);
    await page.context().close();
  }
});

test('it opens from every page, and a click chooses', async () => {
  const page = await chromium.page(served.url);
  await visit(page, '#/settings');
  await open(page);
  await field(page).fill('overview');
  await options(page).first().click();
  await page.locator('li.meter').first().waitFor();
  await page.context().close();
});
