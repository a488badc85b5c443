/** Settings on a machine without keychain and notification service. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, program, shot, visit } from './harness.mjs';

test('what does not work is said in words; the theme is kept', async (t) => {
  const own = await program();
  t.after(() => own.close());
  const chromium = await browser();
  t.after(() => chromium.close());
  const page = await chromium.page(own.url);
  await visit(page, '#/settings');

  await page.getByRole('button', { name: 'Send a test notification' }).click();
  const sent = page.locator('[data-result]');
  await sent.waitFor();
  assert.equal(await sent.getAttribute('data-result'), 'failed');
  assert.match(
    await sent.innerText(),
    /Does not work\. .*(shown in the window|notification service)/,
  );
  const keys = await page.locator('section[aria-labelledby=system]').innerText();
  assert.match(keys, /Does not work\./);
  assert.match(keys, /env:NAME/);
  await shot(page, 'settings-nothing-works-light');

  const desktop = page.getByRole('switch', {
    name: 'Tell me through the desktop',
  });
  assert.equal(await desktop.isChecked(), true);
  await desktop.uncheck();
  await page.reload();
  await page.getByRole('switch', { name: 'Tell me through the desktop' }).waitFor();
  assert.equal(await desktop.isChecked(), false, 'the switch was stored');

  const ground = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: 'Dark' }).click();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  await page.getByRole('heading', { name: 'Settings' }).waitFor();
  assert.equal(await ground(), dark, 'the theme was kept');
});
