/** "Why 402?": what is pasted, what is known of an account's refusal, and what becomes of secrets on the way. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PATIENCE, accessible, browser, fits, program, shot, tabTo, visit } from './harness.mjs';

const SECRET = 'an-invented-secret-of-this-test';
const COOKIE = 'an-invented-cookie-of-this-test';
/** The shape of OpenRouter's answer when a key's own limit is reached; values invented. */
const KEY_LIMIT = `$ curl -i https://openrouter.ai/api/v1/chat/completions -H 'Authorization: Bearer ${SECRET}'
HTTP/2 402
date: Sat, 21 Nov 2026 02:49:35 GMT
content-type: application/json
set-cookie: session=${COOKIE}; Path=/
authorization: Bearer ${SECRET}

{"error":{"message":"Key limit exceeded (daily limit). Manage it using https://openrouter.ai/settings/keys","code":402}}
`;
const GARBAGE = 'Lorem ipsum dolor sit amet.\nNothing of this is an answer.';

let drain, chromium;
before(async () => {
  // Three days until the account is dry, in about 13 seconds.
  drain = await program({ demo: true, scenario: 'drain', speed: 20_000 });
  chromium = await browser();
});
after(async () => {
  await drain?.close();
  await chromium?.close();
});

/** Every file below a folder, as text. */
function everything(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'))
    .join('\n');
}

async function paste(page, text) {
  const answered = page.waitForResponse('**/api/explain');
  await page.locator('#paste').fill(text);
  const answer = await (await answered).text();
  await page.locator('.verdict').waitFor();
  return answer;
}

test('a pasted refusal is explained at once, and its secrets are nowhere', async (t) => {
  const own = await program();
  t.after(() => own.close());
  const page = await chromium.page(own.url);
  await visit(page, '#/why');
  const answer = await paste(page, KEY_LIMIT);
  const verdict = page.getByRole('region', { name: 'Key limit reached' });
  await verdict.waitFor();
  const words = await verdict.innerText();
  assert.match(words, /OpenRouter/);
  assert.match(words, /\d\d\s% sure/);
  assert.match(words, /Dropped before anything was read: .*Authorization/i);
  assert.match(words, /Nothing pasted is stored\./);
  assert.ok((await verdict.locator('ol li').count()) > 0, 'it says what to do');
  for (const secret of [SECRET, COOKIE]) {
    assert.ok(!answer.includes(secret), 'the answer does not repeat it');
    assert.ok(!words.includes(secret), 'the verdict does not repeat it');
    assert.ok(!everything(own.place).includes(secret), 'no file holds it');
    const kept = await page.evaluate(() =>
      JSON.stringify([location.href, { ...localStorage }, { ...sessionStorage }, document.title]),
    );
    assert.ok(!kept.includes(secret), 'neither the address nor the browser keeps it');
  }
  // Said aloud, without taking the focus away from the paste.
  await page.getByText(/^Key limit reached, .* sure\./).waitFor({ state: 'attached' });
  assert.equal(await page.evaluate(() => document.activeElement.id), 'paste');
  await page.context().close();
});

test('what nobody knows is called unknown', async () => {
  const page = await chromium.page(drain.url);
  await visit(page, '#/why');
  await paste(page, GARBAGE);
  const verdict = page.getByRole('region', { name: 'Cause not known' });
  await verdict.getByText('not recognised').first().waitFor();
  assert.doesNotMatch(await verdict.innerText(), /% sure/);
  await page.getByRole('button', { name: 'Clear' }).click();
  await verdict.waitFor({ state: 'detached' });
  assert.equal(await page.getByLabel(/^Paste an answer/).inputValue(), '');
  await page.context().close();
});

test('by keyboard alone: pasted, explained, and the focus on the verdict', async () => {
  const page = await chromium.page(drain.url);
  await page.locator('a.skip').focus();
  await tabTo(page, page.getByRole('link', { name: 'Why 402?' }).first());
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Why 402?' }).waitFor();
  await tabTo(page, page.getByLabel(/^Paste an answer/));
  await page.keyboard.insertText(KEY_LIMIT);
  await page.keyboard.press('Control+Enter');
  await page.getByRole('region', { name: 'Key limit reached' }).waitFor();
  await page.waitForFunction(() => document.activeElement.id === 'verdict');
  await tabTo(page, page.locator('.verdict ol a').first());
  await page.locator('a.skip').focus();
  await tabTo(page, page.getByRole('button', { name: 'Explain' }));
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement.id === 'verdict');
  await page.context().close();
});

test('from a refused account to its diagnosis, and checked again', async () => {
  const page = await chromium.page(drain.url);
  await page.locator('main h1 + p ~ .actions a', { hasText: 'Why 402?' }).click({
    timeout: 2 * PATIENCE,
  });
  await page.getByRole('heading', { name: /^Why was .* refused\?$/ }).waitFor();
  const verdict = page.getByRole('region', { name: 'Balance used up' });
  await verdict.waitFor();
  assert.match(await verdict.innerText(), /DeepSeek/);
  await page.getByRole('button', { name: 'Check again' }).click();
  const news = page.locator('[aria-live=polite]', {
    hasText: /^Checked .* just now/,
  });
  await news.waitFor({ timeout: 2 * PATIENCE });
  await page.locator('a.back').click();

  // The account's page, its past and the alerts lead there as well.
  await page
    .getByRole('region', { name: 'Meters' })
    .getByRole('link', { name: /^Why 402\?/ })
    .waitFor();
  const events = page.locator('section[aria-labelledby=events]');
  const more = events.getByRole('button', { name: /^Show more/ });
  if ((await more.count()) > 0) await more.click();
  await events
    .getByRole('link', { name: /^Why 402\?/ })
    .first()
    .waitFor();
  const refusals = page.locator('section[aria-labelledby=refusals]');
  await refusals.getByText('goes on').first().waitFor();
  await refusals
    .getByRole('link', { name: /^Why 402\?/ })
    .first()
    .click();
  await page.getByRole('region', { name: 'Balance used up' }).waitFor();
  assert.match(await page.evaluate(() => location.hash), /^#\/why\/demo-deepseek\/\d+$/);
  await visit(page, '#/alerts');
  const refused = page.locator('section[aria-labelledby=live] .list > li', {
    hasText: 'refused',
  });
  await refused
    .getByRole('link', { name: /^Why 402\?/ })
    .first()
    .click();
  await page.getByRole('region', { name: 'Balance used up' }).waitFor();
  await page.context().close();
});

test('kept in the history of an account on demand, without the paste', async () => {
  const page = await chromium.page(drain.url);
  await page.locator('li.meter').first().waitFor();
  await visit(page, '#/why');
  await page.getByLabel(/^Which account/).selectOption('demo-deepseek');
  await page.getByLabel(/^Who answered/).selectOption('openrouter');
  await paste(page, KEY_LIMIT);
  await page.getByRole('button', { name: /^Keep it in .* history$/ }).click();
  await page.getByText('Kept in the history of').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Kept' }).count(), 1);
  await page.getByText(/The cause and its figures are kept, the paste is not/).waitFor();
  for (const secret of [SECRET, COOKIE]) {
    assert.ok(!everything(drain.place).includes(secret), 'no file holds it');
  }
  await page
    .locator('.verdict')
    .getByRole('link', { name: /scripted/ })
    .click();
  const refusals = page.locator('section[aria-labelledby=refusals]');
  await refusals.getByText('Key limit reached').first().waitFor();
  await page.context().close();
});

for (const [theme, width] of [
  ['light', 1240],
  ['dark', 360],
  ['dark', 2560],
]) {
  test(`verdicts are accessible and fit, ${theme}, ${width} px`, async () => {
    const page = await chromium.page(drain.url, { theme, width });
    await page.locator('li.meter').first().waitFor();
    const look = async (name) => {
      await accessible(page, `${name}, ${theme}`);
      await fits(page, `${name} at ${width} px`);
      await shot(page, `${name}-${theme}-${width}`);
    };
    await visit(page, '#/why');
    await paste(page, KEY_LIMIT);
    await page.getByLabel(/^Which account/).selectOption('demo-deepseek');
    await page.getByRole('button', { name: /^Keep it in/ }).waitFor();
    await look('why-pasted');
    await paste(page, GARBAGE);
    await look('why-unknown');
    await visit(page, '#/why/demo-deepseek');
    await page.locator('.verdict').waitFor({ timeout: 2 * PATIENCE });
    await look('why-diagnosis');
    await visit(page, '#/account/demo-deepseek');
    await page.getByRole('application').first().locator('svg').waitFor();
    await look('why-account');
    await page.context().close();
  });
}

test('verdicts in Chinese', async (t) => {
  const env = { LANG: 'zh_CN.UTF-8', LC_ALL: 'zh_CN.UTF-8' };
  const own = await program({
    demo: true,
    scenario: 'drain',
    speed: 20_000,
    env,
  });
  t.after(() => own.close());
  for (const [theme, width] of [
    ['light', 800],
    ['dark', 2560],
  ]) {
    const page = await chromium.page(own.url, { theme, width });
    await page.locator('li.meter').first().waitFor();
    const look = async (name) => {
      await accessible(page, `${name}, Chinese, ${theme}`);
      await fits(page, `${name} in Chinese at ${width} px`);
      await shot(page, `${name}-zh-CN-${theme}-${width}`);
    };
    await visit(page, '#/why');
    await paste(page, KEY_LIMIT);
    await page.getByText('读取之前已丢弃：').waitFor();
    await look('why-pasted');
    await visit(page, '#/');
    const why = page.locator('main a[href^="#/why/demo-deepseek"]').first();
    await why.waitFor({ timeout: 2 * PATIENCE });
    await visit(page, '#/why/demo-deepseek');
    await page.locator('.verdict').waitFor();
    await page.getByRole('button', { name: '重新检查' }).waitFor();
    await look('why-diagnosis');
    await page.context().close();
  }
});
