/** What-if on an account's page, and the work rhythm in the settings, over the simulator's history. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { accessible, browser, fits, program, shot, visit } from './harness.mjs';

let own, chromium, page, account;
const panel = (where = page) => where.locator('section[aria-labelledby=what-if]');
const card = (where = page) => where.locator('section[aria-labelledby=rhythm]');
const config = () => readFileSync(join(own.place, 'config/config.toml'), 'utf8');

before(async () => {
  own = await program({ demo: true, speed: 1 });
  chromium = await browser();
  page = await chromium.page(own.url);
  // The first account that has a wall in sight, in dollars.
  await page.locator('a[href^="#/account/"]').first().waitFor();
  const links = await page
    .locator('a[href^="#/account/"]')
    .evaluateAll((all) => all.map((one) => one.hash.split('?')[0].split('/')[2]));
  for (const id of new Set(links)) {
    await visit(page, `#/account/${id}`);
    const rows = page.locator('section[aria-labelledby=meters] tbody tr');
    await rows.first().waitFor();
    const texts = await rows.allInnerTexts();
    if (texts.some((text) => text.includes('$') && text.includes('confidence'))) {
      account = id;
      break;
    }
  }
  assert.ok(account, 'the simulator has an account with a wall in dollars');
});
after(async () => {
  await own?.close();
  await chromium?.close();
});

async function ask(where, what) {
  const form = panel(where).locator('form');
  await form.getByLabel('I spend more').fill(what.spend ?? '');
  await form.getByLabel(/^Price factor/).fill(what.factor ?? '');
  await form.getByRole('button', { name: 'Show' }).click();
}

test('a batch larger than what is left brings the wall to its moment', async () => {
  await ask(page, { spend: '100000 USD' });
  await panel().getByText('Nothing was changed.').waitFor();
  await panel()
    .getByText(/The batch alone takes all of the/)
    .first()
    .waitFor();
  await panel()
    .getByText(/earlier\./)
    .first()
    .waitFor();
});

test('half the price moves the wall away', async () => {
  await ask(page, { factor: '0.5' });
  await panel().getByText('work at 0.5 times its price').waitFor();
  await panel()
    .getByText(/later\.|Nothing in sight/)
    .first()
    .waitFor();
});

test('an amount that is none is told', async () => {
  await ask(page, { spend: 'lots' });
  const problem = panel().getByRole('alert');
  await problem.waitFor();
  assert.match(await problem.innerText(), /write it like 30 USD/);
});

test('rhythm and absence are kept in the config, and taken back', async () => {
  await visit(page, '#/settings');
  for (const day of ['Mon', 'Tue', 'Wed', 'Thu', 'Fri']) await card().getByLabel(day).check();
  await card().getByLabel('Work hours').fill('9 to 5');
  await card().getByRole('button', { name: 'Save rhythm' }).click();
  await card().getByText('write them like 09:00-18:00').waitFor();
  await card().getByLabel('Work hours').fill('09:00-18:00');
  await card().getByLabel('Time zone').fill('Europe/Berlin');
  await card()
    .getByLabel(/^Days off/)
    .fill('2026-12-24 to 2027-01-01');
  await card().getByRole('button', { name: 'Save rhythm' }).click();
  await card().getByText('What work and rest spend is measured').waitFor();
  assert.match(config(), /days = \["mon", "tue", "wed", "thu", "fri"\]/);
  await card().getByLabel('I am away until').fill('2099-12-07');
  await card().getByRole('button', { name: 'Set', exact: true }).click();
  await card().getByText('You are away until').waitFor();
  assert.match(config(), /away_until = "2099-12-07"/);
  await card().getByRole('button', { name: 'I am back' }).click();
  await card().getByRole('button', { name: 'I am back' }).waitFor({ state: 'detached' });
  assert.doesNotMatch(config(), /away/);
});

for (const theme of ['light', 'dark']) {
  test(`what-if and rhythm are accessible and fit, ${theme}`, async () => {
    for (const width of [1240, 360]) {
      const other = await chromium.page(own.url, { theme, width });
      await visit(other, `#/account/${account}`);
      await ask(other, { spend: '5 USD' });
      await panel(other).getByText('Nothing was changed.').waitFor();
      await accessible(other, `what-if, ${theme}, ${width}`);
      await fits(other, `what-if at ${width}`);
      await shot(other, `what-if-${theme}-${width}`);
      await visit(other, '#/settings');
      await card(other).getByLabel('Work hours').waitFor();
      await accessible(other, `rhythm, ${theme}, ${width}`);
      await fits(other, `rhythm at ${width}`);
      await shot(other, `rhythm-${theme}-${width}`);
      await other.context().close();
    }
  });
}
