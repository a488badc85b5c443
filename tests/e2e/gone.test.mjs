/** The program ends while its page is open, and comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browser, program, shot } from './harness.mjs';

test('figures stay under a banner, and the page finds the program again', async (t) => {
  const own = await program({ demo: true });
  t.after(() => own.close());
  const chromium = await browser();
  t.after(() => chromium.close());
  const page = await chromium.page(own.url);
  await page.locator('li.meter').first().waitFor();
  const rows = await page.locator('li.meter').count();

  await own.kill();
  const banner = page.getByRole('alert');
  await banner.getByText('Tollwatch does not answer.').waitFor();
  assert.match(await banner.innerText(), /the last figures it gave/);
  assert.equal(await page.locator('li.meter').count(), rows, 'the figures stay');
  assert.match(await page.title(), /^No connection/);
  await shot(page, 'gone-light');

  await own.again();
  // Each start has a token of its own: the old page is told to open the new address.
  await banner.getByText(/^Open the address/).waitFor();
  assert.equal(await page.locator('li.meter').count(), rows, 'the figures still stay');
  await page.goto(own.url);
  await page.getByRole('note').waitFor();
  await page.locator('li.meter').first().waitFor();
});
