/** Settings on a machine without keychain and notification service. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { accessible, browser, fits, program, shot, visit } from './harness.mjs';

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

test('when to tell is set for all accounts and for one', async (t) => {
  const own = await program();
  t.after(() => own.close());
  const file = join(own.place, 'config', 'config.toml');
  await own.kill();
  writeFileSync(file, '[accounts.work]\nconnector = "deepseek" # ours\npaused = true\n');
  await own.again();
  const config = () => readFileSync(file, 'utf8');
  const chromium = await browser();
  t.after(() => chromium.close());
  const page = await chromium.page(own.url);
  await visit(page, '#/alerts');
  const card = page.locator('section[aria-labelledby=when]');
  await card.getByLabel('Quiet hours (optional)').fill('at night');
  await card.getByRole('button', { name: 'Save', exact: true }).click();
  await card.getByText('write it like 22:00-08:00').waitFor();
  await card.getByLabel('Quiet hours (optional)').fill('22:00-08:00');
  await card.getByLabel('Tell balances below').fill('5 USD, 30 CNY');
  await card.getByRole('button', { name: 'Earlier, more in vain' }).click();
  await card.getByRole('switch', { name: /^A refusal, or a wall/ }).uncheck();
  await card.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  for (const line of [
    'quiet = "22:00-08:00"',
    'low = ["5 USD", "30 CNY"]',
    'sensitivity = "high"',
    'breaks_through = false',
  ])
    assert.ok(config().includes(line), `${line} is missing in:\n${config()}`);
  assert.ok(!config().includes('bursts'), 'what was not changed is not written');
  await page.reload();
  assert.equal(await card.getByLabel('Quiet hours (optional)').inputValue(), '22:00-08:00');
  await card.getByLabel('Quiet hours (optional)').fill('');
  await card.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.').waitFor();
  assert.ok(!config().includes('quiet'), config());

  const account = card.locator('details', { hasText: 'DeepSeek' });
  await account.locator('summary').click();
  await account.getByLabel('How long it takes').fill('5 days');
  await account.getByLabel('Tops up by itself').fill('10 USD');
  await account.getByLabel('The key expires').fill('2026-12-31');
  await account.getByRole('button', { name: 'Save the alert settings of DeepSeek' }).click();
  await account.getByText('lead 5 days · tops up below 10 USD · key until 2026-12-31').waitFor();
  assert.match(config(), /connector = "deepseek" # ours\n/);
  assert.match(config(), /lead = "5 days"/);
  await shot(page, 'alerts-rules-light');
  await accessible(page, 'alert settings');
  await fits(page, 'alert settings');
});
