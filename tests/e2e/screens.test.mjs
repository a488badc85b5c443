/** Every page in light and dark, narrow and wide: accessible, without a horizontal scroll, and pictured. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { after, before, test } from 'node:test';
import {
  accessible,
  browser,
  fits,
  readmePicture,
  shot,
  simulator,
  tabTo,
  visit,
} from './harness.mjs';

const PAGES = [
  ['overview', '#/'],
  ['account', '#/account/demo-litellm/team.budget'],
  ['alerts', '#/alerts'],
  ['why', '#/why'],
  ['add', '#/add'],
  ['settings', '#/settings'],
];
let served, chromium;
before(async () => {
  served = await simulator();
  chromium = await browser();
});
after(async () => {
  await served?.close();
  await chromium?.close();
});

async function settled(page, name, hash) {
  await visit(page, hash);
  if (name === 'account') await page.getByRole('application').first().locator('svg').waitFor();
  if (name === 'overview') await page.locator('li.meter').first().waitFor();
  if (name === 'add') await page.locator('.connectors button').first().waitFor();
}

for (const theme of ['light', 'dark']) {
  test(`every page is accessible, ${theme}`, async () => {
    const page = await chromium.page(served.url, { theme });
    for (const [name, hash] of PAGES) {
      await settled(page, name, hash);
      if (name === 'account') await page.getByRole('button', { name: '30d' }).first().click();
      if (name === 'overview') {
        await page.locator('details summary').click();
        await page.locator('details[open]').waitFor();
      }
      await accessible(page, `${name}, ${theme}`);
      if (name === 'overview') await page.locator('details summary').click();
      await shot(page, `${name}-${theme}`);
    }
    await visit(page, '#/add');
    await page.locator('.connectors button', { hasText: 'OpenRouter' }).click();
    await accessible(page, `the form, ${theme}`);
    await shot(page, `form-${theme}`);
    await page.context().close();
  });
}

for (const width of [360, 800, 1240, 2560]) {
  test(`no horizontal scroll at ${width} px`, async () => {
    const page = await chromium.page(served.url, {
      width,
      height: width > 2000 ? 1300 : 800,
    });
    for (const [name, hash] of PAGES) {
      await settled(page, name, hash);
      await fits(page, `${name} at ${width} px`);
      if (width !== 1240) await shot(page, `${name}-${width}`);
    }
    await page.context().close();
  });
}

test('the whole way by keyboard, with a focus that can be seen', async () => {
  const page = await chromium.page(served.url);
  await page.locator('li.meter').first().waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');

  await tabTo(page, page.getByRole('button', { name: '7 d' }));
  await page.keyboard.press('Space');
  assert.equal(
    await page.getByRole('button', { name: '7 d' }).getAttribute('aria-pressed'),
    'true',
  );
  await tabTo(page, page.locator('section[aria-labelledby=runway] > ul a').last());
  await page.keyboard.press('Enter');
  await page.getByRole('application').first().locator('svg').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'H1');
  await tabTo(page, page.getByRole('application').first());
  await page.keyboard.press('End');
  await page.locator('.tip').waitFor();

  await page.locator('a.skip').focus();
  await tabTo(page, page.getByRole('link', { name: 'Add account' }));
  await page.keyboard.press('Enter');
  await page.getByLabel('Which gateway or provider?').waitFor();
  await tabTo(page, page.getByLabel('Which gateway or provider?'));
  // Before the list has come there is nothing for the arrow to go to.
  await page.locator('.connectors button').first().waitFor();
  await page.keyboard.type('deep');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Add DeepSeek' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'INPUT');
  await tabTo(page, page.getByRole('button', { name: 'Test', exact: true }));
  await page.context().close();
});

test('nothing moves for who prefers reduced motion', async () => {
  const page = await chromium.page(served.url);
  for (const [name, hash] of PAGES) {
    await settled(page, name, hash);
    const moving = await page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0, name);
  }
  await page.context().close();
});

test('pictures of the README', { skip: readmePicture('') === null }, async () => {
  for (const [name, hash, theme] of [
    ['overview', '#/', 'light'],
    ['account', '#/account/demo-litellm', 'dark'],
  ]) {
    const page = await chromium.page(served.url, { theme, height: 990 });
    await settled(page, name, hash);
    if (name === 'account') await page.getByRole('button', { name: '7d' }).first().click();
    await page.waitForTimeout(1_000);
    // Notices lie over the page until they are closed.
    await page.evaluate(() => (document.querySelector('.toasts').style.display = 'none'));
    const path = readmePicture(`${name}-${theme}.png`);
    await shot(page, `readme-${name}-${theme}`, { path, fullPage: false });
    assert.ok(statSync(path).size < 250_000, `${name} is small`);
    await page.context().close();
  }
});
