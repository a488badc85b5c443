/** The ledger of an account whose provider says no balance: typed in, counted down, compared, taken back. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { accessible, browser, fits, program, shot, upstream, visit } from './harness.mjs';

const CONFIG = (url) => `# mine
[accounts.acme]
connector = "http_json"
label = "Acme"
base_url = "${url}"
secrets = { key = "env:E2E_KEY" }
[accounts.acme.options]
path = "/usage"
meters = '''[{"key":"spend","label":"all spend","kind":"spend","unit":"USD","used":"/total"},
  {"key":"balance","label":"balance","kind":"balance","unit":"USD","remaining":"/left"}]'''
`;
let own, chromium, page, gateway;
let said = { total: 7.25, left: null };
const ledger = () => page.locator('section[aria-labelledby=ledger]');

before(async () => {
  gateway = await upstream((path) =>
    path === '/usage' ? { body: said } : { status: 404, body: { error: 'no such path' } },
  );
  own = await program({ env: { E2E_KEY: 'an-invented-key' } });
  await own.kill();
  writeFileSync(join(own.place, 'config/config.toml'), CONFIG(gateway.url));
  await own.again();
  chromium = await browser();
  page = await chromium.page(own.url);
});
after(async () => {
  await own?.close();
  await gateway?.close();
  await chromium?.close();
});

async function add(what, amount, day = '', note = '') {
  const form = ledger().locator('form');
  if (!(await form.isVisible())) await ledger().getByText('Add an entry').click();
  await form.getByLabel('What', { exact: true }).selectOption({ label: what });
  await form.getByLabel('Amount').fill(amount);
  await form.getByLabel(/^Day/).fill(day);
  await form.getByLabel(/^Note/).fill(note);
  await form.getByRole('button', { name: 'Add entry' }).click();
}

test('an account without an entry says what one is for', async () => {
  await visit(page, '#/account/acme');
  await page.getByText('$7.25').first().waitFor();
  await ledger().getByText('say what you had').waitFor();
});

test('an entry that does not fit is told, and nothing is changed', async () => {
  await add('I had this much', 'lots');
  const problem = ledger().getByRole('alert');
  await problem.waitFor();
  assert.match(await problem.innerText(), /write it like 50 USD/);
  assert.equal(readFileSync(join(own.place, 'config/config.toml'), 'utf8'), CONFIG(gateway.url));
});

test('what was there is counted down, and the figure says “anchored”', async () => {
  await add('I had this much', '50 USD', '2026-01-01', 'from the billing page');
  await ledger().getByText('$50.00 left').waitFor();
  await ledger().getByText('Counted from the meter “all spend”.').waitFor();
  said = { total: 9.75, left: null };
  await page.getByRole('button', { name: 'Poll now' }).click();
  await ledger().getByText('$47.50 left').waitFor();
  const row = page.locator('tr', { hasText: 'balance by your entries' });
  await row.getByText('anchored').waitFor();
  assert.match(await row.innerText(), /\$47\.50/);
  await add('I topped up', '20 USD');
  await ledger().getByText('$67.50 left').waitFor();
});

test('a balance that the provider reports is compared', async () => {
  said = { total: 9.75, left: '65' };
  await page.getByRole('button', { name: 'Poll now' }).click();
  await ledger().getByText('The provider says $65.00: $2.50 less than').waitFor();
  await page.locator('tr', { hasText: 'balance by your entries' }).waitFor({ state: 'detached' });
});

for (const theme of ['light', 'dark']) {
  test(`the ledger is accessible and fits, ${theme}`, async () => {
    for (const width of [1240, 360]) {
      const other = await chromium.page(own.url, { theme, width });
      await visit(other, '#/account/acme');
      await other.getByText('The provider says $65.00').waitFor();
      await other.getByText('Add an entry').click();
      await accessible(other, `the ledger, ${theme}, ${width}`);
      await fits(other, `the ledger at ${width}`);
      await shot(other, `ledger-${theme}-${width}`);
      await other.context().close();
    }
  });
}

test('an entry is taken back', async () => {
  await ledger()
    .getByRole('button', { name: /^Remove: topped up \$20\.00/ })
    .click();
  await ledger().getByText('$47.50 left').waitFor();
  await ledger()
    .getByRole('button', { name: /^Remove: had \$50\.00, 2026-01-01/ })
    .click();
  await ledger().getByText('say what you had').waitFor();
  assert.equal(
    readFileSync(join(own.place, 'config/config.toml'), 'utf8').trim(),
    CONFIG(gateway.url).trim(),
  );
});

test('the form of a provider without balances asks for the first entry', async () => {
  await page.route('**/api/connectors', async (route) => {
    const answer = await route.fetch();
    const all = await answer.json();
    await route.fulfill({
      response: answer,
      json: all.map((one) => (one.id === 'http_json' ? { ...one, kind: 'costs' } : one)),
    });
  });
  await visit(page, '#/');
  await visit(page, '#/add');
  await page.getByLabel('Which gateway or provider?').fill('json');
  await page.getByRole('button', { name: /Any JSON answer/ }).click();
  await page.getByLabel('Name', { exact: true }).fill('Counted');
  await page.getByLabel(/^Address/).fill(gateway.url);
  await page.getByLabel(/^Key/).fill('env:E2E_KEY');
  await page.getByLabel(/^Path/).fill('/usage');
  await page
    .getByLabel(/^Meters/)
    .fill('[{"key":"spend","kind":"spend","unit":"USD","used":"/total"}]');
  await page.getByLabel(/^I have/).fill('30 USD');
  await page.getByLabel(/^as of/).fill('2026-01-01');
  await accessible(page, 'the form with a first entry');
  await shot(page, 'ledger-form-light');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.locator('[data-result=passed]').waitFor();
  await page.getByRole('button', { name: 'Save account' }).click();
  await page.getByRole('heading', { name: 'Counted' }).waitFor();
  await ledger().getByText('$30.00 left').waitFor();
});
