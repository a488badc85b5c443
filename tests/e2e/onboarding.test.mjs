/** The first start: nothing configured, the simulator, and back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessible, browser, program, shot, tabTo } from './harness.mjs';

test('from nothing to the simulator and back, by keyboard', async (t) => {
  const own = await program();
  t.after(() => own.close());
  const chromium = await browser();
  t.after(() => chromium.close());
  const page = await chromium.page(own.url);

  await page.getByRole('heading', { name: 'No account yet' }).waitFor();
  assert.equal(new URL(page.url()).hash, '', 'the token does not stay in the address');
  await accessible(page, 'the empty overview');
  await shot(page, 'empty-light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await accessible(page, 'the empty overview in the dark');
  await shot(page, 'empty-dark');

  await tabTo(page, page.getByRole('button', { name: 'Start the simulator' }));
  await page.keyboard.press('Enter');
  await page.getByRole('note').getByText('invented accounts and money').waitFor();
  await page.locator('li.meter').first().waitFor();
  assert.ok((await page.locator('li.meter:visible').count()) >= 3, 'several meters are shown');
  assert.match(await page.locator('h1').innerText(), /\S (runs out|in the next|is gone|used up)/);
  assert.match(await page.title(), /^Simulator: /);

  await tabTo(page, page.getByRole('button', { name: 'Stop the simulator' }));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'No account yet' }).waitFor();
  assert.equal(await page.getByRole('note').count(), 0);
});

test('a page without its token says so in words', async (t) => {
  const own = await program();
  t.after(() => own.close());
  const chromium = await browser();
  t.after(() => chromium.close());
  const page = await chromium.page(own.url.replace(/#.*/, ''));
  const said = page.getByRole('alert');
  await said.waitFor();
  assert.match(await said.innerText(), /token|address/);
});
