/** An account of one's own: tested, saved, failing, removed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { accessible, browser, program, shot, upstream, visit } from './harness.mjs';

const KEY = 'an-invented-key-for-this-test';
const METERS =
  '[{"key":"balance","label":"balance","kind":"balance","unit":"USD","remaining":"/left"}]';
let own, chromium, page, gateway;
let left = '12.34';
let broken = false;

before(async () => {
  gateway = await upstream((path, authorization) => {
    if (path.startsWith('/page')) return { type: 'text/html', body: '<h1>Sign in</h1>' };
    if (path !== '/usage') return { status: 404, body: { error: 'no such path' } };
    if (broken) return { status: 500, body: { error: 'out of order' } };
    if (authorization !== `Bearer ${KEY}`) return { status: 401, body: { error: 'invalid key' } };
    return { body: { left } };
  });
  own = await program({
    env: { E2E_KEY: KEY, E2E_WRONG: 'another-invented-key' },
  });
  chromium = await browser();
  page = await chromium.page(own.url);
});
after(async () => {
  await own?.close();
  await gateway?.close();
  await chromium?.close();
});

async function form(fields) {
  await visit(page, '#/');
  await visit(page, '#/add');
  await page.getByLabel('Which gateway or provider?').fill('json');
  await page.getByRole('button', { name: /Any JSON answer/ }).click();
  const all = {
    address: gateway.url,
    key: 'env:E2E_KEY',
    path: '/usage',
    ...fields,
  };
  await page.getByLabel('Name', { exact: true }).fill('Test gateway');
  await page.getByLabel(/^Address/).fill(all.address);
  await page.getByLabel(/^Key/).fill(all.key);
  await page.getByLabel(/^Path/).fill(all.path);
  await page.getByLabel(/^Meters/).fill(METERS);
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const said = page.locator('[aria-live=assertive] [data-result]');
  await said.waitFor();
  return {
    result: await said.getAttribute('data-result'),
    words: await said.innerText(),
  };
}

test('nothing is saved before it was tested', async () => {
  await visit(page, '#/add');
  await page.getByRole('button', { name: /DeepSeek/ }).click();
  assert.equal(await page.getByRole('button', { name: 'Save account' }).isDisabled(), true);
});

for (const [what, fields, words] of [
  ['a wrong address', { address: 'http://127.0.0.1:9' }, /127\.0\.0\.1:9|connect|refused/i],
  ['a wrong path', { path: '/nowhere' }, /404|not found/i],
  ['a web page instead of figures', { path: '/page' }, /HTML|web page/i],
  ['a wrong key', { key: 'env:E2E_WRONG' }, /key|401/i],
  ['a variable that is not set', { key: 'env:E2E_MISSING' }, /E2E_MISSING/],
]) {
  test(`${what} is told in words, aloud`, async () => {
    const said = await form(fields);
    assert.notEqual(said.result, 'passed', said.words);
    assert.match(said.words, words);
    assert.doesNotMatch(said.words, /invented-key/, 'no secret is repeated');
    assert.equal(await page.getByRole('button', { name: 'Save account' }).isDisabled(), true);
  });
}

test('a key that needs the keychain, where there is none', async () => {
  const said = await form({ key: KEY });
  assert.equal(said.result, 'passed', 'a test needs no keychain');
  await page.getByRole('button', { name: 'Save account' }).click();
  const problem = page.locator('[data-result=problem]');
  await problem.waitFor();
  assert.match(await problem.innerText(), /Secret Service|keychain/i);
  assert.match(await problem.innerText(), /env:/, 'it says what else can be done');
  await accessible(page, 'the form with a message');
  await shot(page, 'keychain-light');
});

test('a key from the environment: tested, saved, watched', async () => {
  const said = await form({});
  assert.equal(said.result, 'passed', said.words);
  assert.match(said.words, /12\.34/);
  await shot(page, 'add-tested-light');
  await page.getByRole('button', { name: 'Save account' }).click();
  await page.getByRole('heading', { name: 'Test gateway' }).waitFor();
  await page.getByText('$12.34').first().waitFor();
  assert.match(await page.locator('section[aria-labelledby=keys]').innerText(), /env:E2E_KEY/);
  assert.doesNotMatch(readFileSync(join(own.place, 'config/config.toml'), 'utf8'), /invented-key/);
});

test('new figures come in place', async () => {
  left = '11.05';
  await page.getByRole('button', { name: 'Poll now' }).click();
  await page.getByText('$11.05').first().waitFor();
});

test('a failing account keeps its last figures and says why', async () => {
  broken = true;
  await page.getByRole('button', { name: 'Poll now' }).click();
  await page.getByText('The last poll failed.').waitFor();
  await page.getByText('$11.05').first().waitFor();
  await accessible(page, 'a failing account');
  await shot(page, 'failing-account-light');
  await visit(page, '#/');
  await page.locator('li.meter', { hasText: 'polls fail' }).waitFor();
  assert.match(await page.locator('li.meter').innerText(), /\$11\.05/);
  await accessible(page, 'the overview with a failing account');
  await shot(page, 'failing-overview-light');
  broken = false;
});

test('paused and resumed', async () => {
  await visit(page, '#/account/test-gateway');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
});

test('removing asks about the history, and can be left', async () => {
  await page.getByRole('button', { name: 'Remove…' }).click();
  const dialog = page.getByRole('dialog', { name: /Remove Test gateway/ });
  await dialog.waitFor();
  assert.equal(await dialog.getByRole('radio', { name: 'Keep the history' }).isChecked(), true);
  await accessible(page, 'the dialog');
  await shot(page, 'remove-light');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Remove…' }).click();
  await dialog.getByRole('radio', { name: /Delete the history/ }).check();
  await dialog.getByRole('button', { name: 'Remove account' }).click();
  await page.getByRole('heading', { name: 'No account yet' }).waitFor();
});
