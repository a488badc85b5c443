/** The account's page: what the last poll was answered, its form, its pictures, and each state that it may be in. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { accessible, browser, fits, program, shot, visit } from './harness.mjs';

const KEY = 'an-invented-key-for-this-test';
const PAGE = `<h1>Sign in</h1><script>document.title = 'taken over'</script><img src=x onerror="document.title='taken over'">`;
const config = (url) => `# by hand
[accounts.mine]
connector = "http_json"
label = "Mine"
base_url = "${url}"
secrets = { key = "env:E2E_KEY" }
interval = 300 # slow
[accounts.mine.options]
path = "/usage"
meters = '[{"key":"balance","label":"balance","kind":"balance","unit":"USD","remaining":"/left"}]'

[accounts.paused]
connector = "http_json"
label = "Paused gateway"
base_url = "${url}"
paused = true
options = { path = "/usage", meters = '[{"key":"b","kind":"balance","unit":"USD","remaining":"/left"}]' }

[accounts.away]
connector = "http_json"
label = "Away"
base_url = "https://gateway.invalid"
options = { path = "/usage", meters = '[{"key":"b","kind":"balance","unit":"USD","remaining":"/left"}]' }

[accounts.locked]
connector = "deepseek"
label = "Locked"
secrets = { key = "keychain" }

[accounts.silent]
connector = "http_json"
label = "Silent"
base_url = "${url}"
options = { path = "/never", meters = '[{"key":"b","kind":"balance","unit":"USD","remaining":"/left"}]' }
`;
let own, chromium, page, gateway, url;
let body = null;
let hangs = false;
const raw = () => page.locator('section[aria-labelledby=raw]');

before(async () => {
  gateway = createServer((request, response) => {
    const { url, headers } = request;
    if (url === '/never' || (hangs && url === '/usage')) {
      // A byte now and then, so that neither side gives up.
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 4_000);
      response.on('close', () => clearInterval(drip));
      return;
    }
    const said =
      url === '/usage'
        ? (body ?? { body: { left: '12.30', you_sent: headers.authorization ?? null } })
        : { status: 404, body: { error: 'no such path' } };
    response.writeHead(said.status ?? 200, { 'content-type': said.type ?? 'application/json' });
    response.end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body));
  });
  await new Promise((ready) => gateway.listen(0, '127.0.0.1', ready));
  url = `http://127.0.0.1:${gateway.address().port}`;
  own = await program({ env: { E2E_KEY: KEY } });
  await own.kill();
  writeFileSync(join(own.place, 'config/config.toml'), config(url));
  await own.again();
  chromium = await browser();
  page = await chromium.page(own.url, { permissions: ['clipboard-read', 'clipboard-write'] });
});
after(async () => {
  await own?.close();
  gateway?.closeAllConnections();
  gateway?.close();
  await chromium?.close();
});

/** Chooses the language, as the settings page does. */
async function speak(language) {
  const token = new URL(own.url).hash.split('=')[1];
  const done = await fetch(new URL('/api/set_language', own.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ language }),
  });
  assert.equal(done.status, 200, await done.text());
}

// First, as an upstream that is silent is given up after half a minute.
test('an account that was never read waits, and says so', async () => {
  for (const [language, theme, words] of [
    ['en', 'light', 'Waiting for its first figures.'],
    ['zh-CN', 'dark', '正在等待首次数据。'],
  ]) {
    await speak(language);
    const other = await chromium.page(own.url, { theme, width: 800 });
    await visit(other, '#/account/silent');
    await other.getByText(words).first().waitFor();
    await accessible(other, `waiting, ${language}`);
    await shot(other, `state-waiting-${language}-${theme}-800`);
    await other.context().close();
  }
  await speak('en');
});

test('the last raw answer is there, laid out, without the key', async () => {
  await visit(page, '#/account/mine');
  await page.getByText('$12.30').first().waitFor();
  assert.equal(await raw().locator('pre').count(), 0, 'folded');
  await raw().locator('summary').click();
  const text = await raw().locator('pre').innerText();
  assert.match(text, /"left": "12\.30",\n {2}"you_sent": "Bearer \[redacted\]"/);
  assert.match(await raw().innerText(), new RegExp(`GET ${url}/usage`));
  assert.match(await raw().innerText(), /200 · application\/json/);
  await raw().getByRole('button', { name: 'Copy' }).click();
  await page.getByText('The answer is copied.').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(copied, /^GET http.*\n200 .*\n\n\{\n {2}"left": "12\.30"/);
  assert.ok(!(text + copied).includes(KEY));
  await accessible(page, 'the raw answer');
  await shot(page, 'raw-light');
});

test('a page with a script, bytes and a flood are shown as text, or not at all', async () => {
  const poll = async () => {
    await page.getByRole('button', { name: 'Poll now' }).click();
  };
  body = { type: 'text/html', body: PAGE };
  await poll();
  await raw().getByText('<h1>Sign in</h1>').waitFor();
  assert.equal(await raw().locator('h1, script, img').count(), 0);
  assert.notEqual(await page.title(), 'taken over');
  body = { type: 'application/octet-stream', body: '\u0000\u0001\u0002'.repeat(500) };
  await poll();
  await raw().getByText('This is no text').waitFor();
  body = { body: `{"left": "12.30", "pad": "${'x '.repeat(600_000)}"}` };
  await poll();
  await raw().getByText('Only the beginning is kept.').waitFor();
  assert.ok((await raw().locator('pre').innerText()).length <= 64 * 1024);
  body = null;
  await poll();
  await page.getByText('The last poll failed.').waitFor({ state: 'detached' });
});

test('an account is edited without its key, and what stands beside it in the file stays', async () => {
  await page.getByRole('button', { name: 'Edit…' }).click();
  const form = page.locator('section[aria-labelledby=edit-title]');
  await form.getByLabel('Name', { exact: true }).fill('Mine, renamed');
  await form.getByLabel(/^Poll every/).fill('often');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('write whole seconds').waitFor();
  await form.getByLabel(/^Poll every/).fill('600');
  await form.getByLabel(/^Own monthly budget/).fill('50 USD');
  await form.getByLabel(/^Tops up by itself/).fill('10 USD');
  await form.getByLabel(/^Getting money takes/).fill('5 days');
  await form.getByLabel(/^Address/).fill('http://127.0.0.1:9');
  await form.getByText('keys will be sent to this address').waitFor();
  await form.getByRole('button', { name: 'Test' }).click();
  await form.locator('[data-result=failed]').waitFor();
  await form.getByLabel(/^Address/).fill(url);
  await form.getByRole('button', { name: 'Test' }).click();
  await form.locator('[data-result=passed]').waitFor();
  await accessible(page, 'the form');
  await shot(page, 'edit-light');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Mine, renamed' }).waitFor();
  await form.waitFor({ state: 'detached' });
  const focus = await page.evaluate(() => document.activeElement?.textContent?.trim());
  assert.equal(focus, 'Edit…', 'the focus is back where it was');
  const file = readFileSync(join(own.place, 'config/config.toml'), 'utf8');
  assert.match(file, /# by hand/);
  assert.match(file, /interval = 600 # slow/);
  assert.match(file, /budget = "50 USD"/);
  assert.match(file, /reload_below = "10 USD"/);
  assert.match(file, /lead = "5 days"/);
  assert.match(file, /key = "env:E2E_KEY"/);
  assert.ok(!file.includes(KEY));
});

test('a chart is saved as SVG and PNG and copied', async () => {
  await visit(page, '#/');
  await visit(page, '#/account/mine');
  const chart = page.locator('section[aria-label^="Chart:"]');
  await chart.getByRole('application').waitFor();
  await chart.getByRole('button', { name: 'Picture' }).click();
  const [svg] = await Promise.all([
    page.waitForEvent('download'),
    chart.getByRole('button', { name: 'Save SVG' }).click(),
  ]);
  assert.equal(svg.suggestedFilename(), 'tollwatch-mine-balance-24h.svg');
  const text = readFileSync(await svg.path(), 'utf8');
  assert.match(text, /<title>Mine, renamed · balance<\/title>/);
  assert.match(text, /prefers-color-scheme:dark/);
  assert.match(text, />left<\/text>/, 'its legend');
  await page.getByText('Saved as tollwatch-mine-balance-24h.svg').waitFor();
  await chart.getByRole('button', { name: 'Picture' }).click();
  const [png] = await Promise.all([
    page.waitForEvent('download'),
    chart.getByRole('button', { name: 'Save PNG' }).click(),
  ]);
  assert.equal(png.suggestedFilename(), 'tollwatch-mine-balance-24h.png');
  assert.equal(
    readFileSync(await png.path())
      .subarray(1, 4)
      .toString(),
    'PNG',
  );
  await chart.getByRole('button', { name: 'Picture' }).click();
  await chart.getByRole('button', { name: 'Copy' }).click();
  await page.getByText('Copied as a picture.').waitFor();
  const types = await page.evaluate(async () => (await navigator.clipboard.read())[0].types);
  assert.deepEqual(types, ['image/png']);

  // Alone, in a reader of its own: light or dark, by the reader's wish.
  for (const theme of ['light', 'dark']) {
    const alone = await (
      await page.context().browser().newContext({ colorScheme: theme })
    ).newPage();
    await alone.goto(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`);
    const ground = await alone.evaluate(
      () => getComputedStyle(document.querySelector('.ground')).fill,
    );
    assert.equal(ground, theme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(22, 27, 33)');
    await shot(alone, `picture-${theme}`, { fullPage: false });
    await alone.context().close();
  }
});

const STATES = [
  ['failing', 'mine', 'The last poll failed.'],
  ['offline', 'away', 'This machine is offline.'],
  ['paused', 'paused', 'It is not polled'],
  ['keychain', 'locked', 'The keychain did not open.'],
];

async function states(language, expected) {
  for (const theme of ['light', 'dark']) {
    for (const width of [800, 1240]) {
      const other = await chromium.page(own.url, { theme, width });
      for (const [state, account, words] of expected) {
        await visit(other, `#/account/${account}`);
        await other.getByText(words).first().waitFor();
        const where = `${state}, ${language}, ${theme}, ${width} px`;
        await accessible(other, where);
        await fits(other, where);
        await shot(other, `state-${state}-${language}-${theme}-${width}`);
      }
      await other.context().close();
    }
  }
}

test('every state is told in words, with what there is, and accessible', async () => {
  body = { status: 500, body: { error: 'out of order' } };
  await visit(page, '#/account/mine');
  await page.getByRole('button', { name: 'Poll now' }).click();
  await page.getByText('The last poll failed.').waitFor();
  await page.getByText(/The figures below are from/).waitFor();
  await states('en', STATES);
});

test('the same in Chinese', async () => {
  await speak('zh-CN');
  const chinese = {
    failing: '上次查询失败。',
    offline: '本机离线。',
    paused: '恢复之前不会查询',
    keychain: '钥匙串未能打开。',
  };
  await states(
    'zh',
    STATES.map(([state, account]) => [state, account, chinese[state]]),
  );
  // A picture in letters that the program's own font lacks is drawn by the page.
  const other = await chromium.page(own.url);
  await visit(other, '#/account/mine');
  await other.getByRole('button', { name: '图片' }).first().click();
  const [png] = await Promise.all([
    other.waitForEvent('download'),
    other.getByRole('button', { name: '存为 PNG' }).first().click(),
  ]);
  const bytes = readFileSync(await png.path());
  assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
  // Two pixels for one.
  assert.ok(bytes.readUInt32BE(16) > 1500, `${bytes.readUInt32BE(16)} px`);
  if (process.env.SHOTS_OF_FILES) writeFileSync(process.env.SHOTS_OF_FILES, bytes);
  await other.context().close();
  await speak('en');
});

test('old figures say that they are old', async () => {
  body = null;
  await own.kill();
  const file = join(own.place, 'config/config.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('interval = 600', 'interval = 10'));
  await own.again();
  page = await chromium.page(own.url);
  await visit(page, '#/account/mine');
  await page.getByText('Mine, renamed').first().waitFor();
  await page.getByText(/· fresh ·/).waitFor();
  hangs = true;
  // Three times the usual pace; the poll that hangs is given up ten seconds later.
  const end = Date.now() + 60_000;
  let old = 0;
  while (old === 0 && Date.now() < end) {
    await visit(page, '#/');
    await visit(page, '#/account/mine');
    old = await page.getByText('These figures are old.').count();
    if (old === 0) await new Promise((later) => setTimeout(later, 500));
  }
  assert.equal(old, 1, 'stale');
  await accessible(page, 'stale');
  await shot(page, 'state-stale-en-light-1240');
});
