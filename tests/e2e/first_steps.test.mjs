/** The first account: keys found in the environment, a pasted key or address, and whether notices reach the user. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { accessible, browser, fits, program, shot, tabTo, upstream, visit } from './harness.mjs';

const KEY = 'sk-or-v1-an-invented-key-for-this-test';
let own, chromium, page, gateway;
const asked = [];
const sent = [];

before(async () => {
  gateway = await upstream((path, authorization) => {
    asked.push([path, authorization]);
    if (authorization !== `Bearer ${KEY}`) return { status: 401, body: { error: 'invalid key' } };
    return {
      body: {
        data: { label: 'ci', limit: 25, limit_remaining: 4.12, usage: 20.88 },
      },
    };
  });
  own = await program({
    env: {
      OPENROUTER_API_KEY: KEY,
      OPENAI_API_KEY: 'sk-proj-another-invented-key',
      GROQ_API_KEY: 'gsk_a_third_invented_key',
    },
  });
  chromium = await browser();
  page = await chromium.page(own.url);
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
});
after(async () => {
  await own?.close();
  await gateway?.close();
  await chromium?.close();
});

const found = () => page.getByRole('region', { name: 'Found in your environment' });

test('who has never seen the app finds the way in one click', async () => {
  await page.getByRole('link', { name: 'Add account' }).last().click();
  await page.getByRole('heading', { name: 'Add account' }).waitFor();
});

test('keys of the environment are offered by name, never by value', async () => {
  await found().waitFor();
  const text = await found().innerText();
  assert.match(text, /OpenRouter\s+OPENROUTER_API_KEY/);
  assert.match(text, /Groq\s+GROQ_API_KEY/);
  // An ordinary key of OpenAI's reads no costs: said, not offered as if it did.
  assert.match(text, /OPENAI_API_KEY\s+Another kind of key. The figures need: Admin key/);
  assert.doesNotMatch(await page.content(), /invented/);
  await accessible(page, 'the picker with found keys');
  await shot(page, 'first-found-light');
});

test('a pasted key says whose it is, and stays on the page', async () => {
  const paste = page.getByLabel('Paste a key or an address');
  await paste.fill('gsk_EXAMPLE-not-a-key');
  await page.getByText('A key like this is made by:').waitFor();
  assert.equal(await paste.getAttribute('type'), 'password', 'it cannot be read over a shoulder');
  await accessible(page, 'the picker with a pasted key');
  await shot(page, 'first-pasted-light');
  await paste.press('Enter');
  await page.getByRole('heading', { name: 'Add Groq' }).waitFor();
  assert.equal(await page.getByLabel('API key').inputValue(), 'gsk_EXAMPLE-not-a-key');
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
  );
  for (const place of [page.url(), kept, ...sent])
    assert.doesNotMatch(place, /EXAMPLE-not-a-key/, 'nowhere else');
  await page.getByRole('button', { name: 'Another connector' }).click();
  assert.equal(await paste.inputValue(), '', 'it is forgotten');
});

test('a pasted address leads to its gateway', async () => {
  const paste = page.getByLabel('Paste a key or an address');
  await paste.fill('https://litellm.corp.example/v1?key=sk-hidden');
  await page.getByText('This address belongs to:').waitFor();
  await page.locator('form.paste').getByRole('button', { name: 'LiteLLM' }).click();
  assert.equal(await page.getByLabel(/^Address/).inputValue(), 'https://litellm.corp.example');
  await page.getByRole('button', { name: 'Another connector' }).click();
});

test('nothing is sent before the user says so; then the backend uses the key itself', async () => {
  await found().getByRole('button', { name: 'Add OpenRouter' }).click();
  await page.getByRole('heading', { name: 'Add OpenRouter' }).waitFor();
  await page.getByLabel(/^Address/).fill(gateway.url);
  const copy = page.getByRole('radio', { name: 'Copy OPENROUTER_API_KEY' });
  assert.equal(await copy.isChecked(), true);
  await accessible(page, 'the form with a found key');
  await shot(page, 'first-form-light');
  assert.deepEqual(asked, [], 'nobody was asked');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const said = page.locator('[data-result]');
  await said.waitFor();
  assert.match(await said.innerText(), /\$4\.12 left of \$25\.00/);
  assert.deepEqual(asked[0], ['/api/v1/key', `Bearer ${KEY}`]);
  assert.doesNotMatch((await page.content()) + sent.join(), /an-invented-key/);
});

test('without a keychain the environment serves; saved is only the name', async () => {
  await page.getByRole('button', { name: 'Save account' }).click();
  await page
    .locator('[data-result=problem]')
    .getByText(/env:NAME/)
    .waitFor();
  await page.getByRole('radio', { name: 'Read OPENROUTER_API_KEY' }).check();
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.locator('[data-result=passed]').waitFor();
  await page.getByRole('button', { name: 'Save account' }).click();
  await page.getByRole('heading', { name: 'OpenRouter', exact: true }).waitFor();
  const config = readFileSync(join(own.place, 'config/config.toml'), 'utf8');
  assert.match(config, /"env:OPENROUTER_API_KEY"/);
  assert.doesNotMatch(config, /invented/);
});

test('then it is asked whether a warning is seen; without a service it says what to do', async () => {
  const ask = page.getByRole('region', { name: 'Would a warning reach you?' });
  await ask.waitFor();
  await shot(page, 'first-reach-ask');
  await tabTo(page, ask.getByRole('button', { name: 'Send a test notification' }));
  await page.keyboard.press('Enter');
  const failed = page.getByRole('region', { name: 'It could not be sent' });
  await failed.waitFor();
  assert.match(await failed.innerText(), /No notification service answers/);
  assert.match(await failed.innerText(), /dunst|System Settings|Settings > System/);
  const focused = await page.evaluate(() => document.activeElement.textContent.trim());
  assert.equal(focused, 'It could not be sent', 'who listens hears it');
  await accessible(page, 'the help for notifications');
  await shot(page, 'first-reach-failed');
});

test('who has seen it is not asked again', async () => {
  await page.route('**/api/test_notification', (route) =>
    route.fulfill({ json: { ok: true, message: 'Sent.' } }),
  );
  await page.getByRole('button', { name: 'Try again' }).click();
  const sure = page.getByRole('region', { name: 'Did you see it?' });
  await sure.waitFor();
  await accessible(page, 'the question whether it was seen');
  await shot(page, 'first-reach-sent');
  await sure.getByRole('button', { name: 'No', exact: true }).click();
  await page.getByRole('region', { name: 'Let us find out why' }).waitFor();
  await shot(page, 'first-reach-unseen');
  await page.getByRole('button', { name: 'Try again' }).click();
  await sure.getByRole('button', { name: 'Yes' }).click();
  await sure.waitFor({ state: 'detached' });
  assert.match(readFileSync(join(own.place, 'config/config.toml'), 'utf8'), /seen = true/);
  await visit(page, '#/add');
  await found().waitFor();
  assert.doesNotMatch(await found().innerText(), /OpenRouter/, 'that one is in use');
});

const speak = (language) =>
  page.evaluate(async (chosen) => {
    const authorization = `Bearer ${sessionStorage.getItem('tollwatch.token')}`;
    await fetch('/api/set_language', {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ language: chosen }),
    });
  }, language);

for (const [language, theme, width] of [
  ['en', 'dark', 800],
  ['zh-CN', 'light', 1240],
  ['zh-CN', 'dark', 800],
  ['zh-CN', 'light', 360],
]) {
  test(`picker, form and question in ${language}, ${theme}, ${width} px`, async () => {
    const name = `${language}-${theme}-${width}`;
    await speak(language);
    const other = await chromium.page(own.url, { theme, width });
    await other.route('**/api/reach', (route) =>
      route.fulfill({ json: { seen: false, platform: 'macos' } }),
    );
    const look = async (what) => {
      await accessible(other, `${what}, ${name}`);
      await fits(other, `${what}, ${name}`);
      await shot(other, `first-${what}-${name}`);
    };
    await visit(other, '#/add');
    await other.locator('html:lang(' + language + ')').waitFor();
    await other.locator('.connectors button').first().waitFor();
    await other.locator('#paste').fill('sk-EXAMPLE-not-a-key');
    await look('picker');
    await other.locator('#paste').fill('');
    await other.locator('section[aria-labelledby=found] button').first().click();
    await other.locator('#base').fill(gateway.url);
    await other.locator('form .row button').first().click();
    await other.locator('[data-result]').waitFor();
    await look('form');
    if (language === 'zh-CN') {
      const latin = await other.locator('main').innerText();
      assert.doesNotMatch(latin, /The key your|Every field|Whether/, 'all of it is Chinese');
    }
    await other.getByRole('checkbox').check();
    await other.getByRole('radio').nth(1).check();
    await other.locator('form .row button').nth(1).click();
    await other.locator('#reach').waitFor();
    await other.locator('section[aria-labelledby=reach] button').first().click();
    await other.locator('section[aria-labelledby=reach] li').first().waitFor();
    await look('reach');
    await other.evaluate(async () => {
      const authorization = `Bearer ${sessionStorage.getItem('tollwatch.token')}`;
      const id = location.hash.split('/').pop();
      // Its page would ask for it once more.
      location.hash = '#/';
      await fetch('/api/remove_account', {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({
          id,
          keep_history: false,
        }),
      });
    });
    await other.context().close();
  });
}
