/** What the overview says when not all is well, and when nothing is there yet: each state in both themes and languages. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { accessible, browser, fits, program, shot, upstream, visit } from './harness.mjs';

const METERS =
  '[{ key = "balance", label = "balance", kind = "balance", unit = "USD", remaining = "/left" }]';
let chromium;
before(async () => {
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
});

/** An account on a gateway at `url`, asked every ten seconds. */
const account = (id, url, more = 'secrets = { key = "env:E2E_KEY" }') => `
[accounts.${id}]
connector = "http_json"
label = "${id[0].toUpperCase()}${id.slice(1)}"
base_url = "${url}"
interval = 10
${more}
[accounts.${id}.options]
path = "/usage"
meters = ${METERS}
`;

/** The program with these accounts from its start on. */
async function configured(t, accounts, more = {}) {
  const own = await program({ env: { E2E_KEY: 'an-invented-key' } });
  t.after(() => own.close());
  await own.kill();
  writeFileSync(join(own.place, 'config', 'config.toml'), accounts.join(''));
  await own.again();
  return { own, page: await chromium.page(own.url, more) };
}

/** Speaks through the program, as the settings do. */
async function speak(page, language) {
  await page.evaluate(async (language) => {
    await fetch('/api/set_language', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${sessionStorage.getItem('tollwatch.token')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ language }),
    });
  }, language);
  await page.locator(`html[lang^="${language.slice(0, 2)}"]`).waitFor({ state: 'attached' });
  const overview = language === 'en' ? 'Overview' : '总览';
  await page.getByRole('link', { name: overview, exact: true }).waitFor();
}

/** Both themes in the language that is spoken: accessible, not too wide, and pictured. */
async function pictured(page, name, language) {
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme });
    await accessible(page, `${name}, ${theme}, ${language}`);
    await fits(page, `${name}, ${theme}, ${language}`);
    await shot(page, `state-${name}-${theme}-${language}`);
  }
}

/** The state as it is, in Chinese, and in English again. */
async function portrait(page, name) {
  await pictured(page, name, 'en');
  await speak(page, 'zh-CN');
  await pictured(page, name, 'zh');
  await speak(page, 'en');
}

test('empty: two ways on', async (t) => {
  const { page } = await configured(t, []);
  await page.getByRole('heading', { name: 'No account yet' }).waitFor();
  await portrait(page, 'empty');
});

test('loading: a still picture of what comes, in the language of the last time', async (t) => {
  const { own, page } = await configured(t, []);
  for (const language of ['en', 'zh-CN']) {
    await page.getByRole('heading', { name: /No account yet|还没有账户/ }).waitFor();
    await speak(page, language);
    let go;
    const held = new Promise((free) => (go = free));
    await page.route('**/api/overview', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(own.url);
    await page.reload();
    await page
      .getByRole('heading', { name: language === 'en' ? 'Loading…' : '正在加载…' })
      .waitFor();
    await pictured(page, 'loading', language.slice(0, 2));
    go();
    await page.locator('.bone').first().waitFor({ state: 'detached' });
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  }
});

test('failing: each account says what is wrong; many are one banner that unfolds', async (t) => {
  const gateway = await upstream((path) =>
    path === '/usage'
      ? { body: { left: '12.34' } }
      : { status: 500, body: { error: 'out of order' } },
  );
  t.after(() => gateway.close());
  const few = await configured(t, [
    account('good', gateway.url),
    account('broken', `${gateway.url}/nowhere`),
  ]);
  const banner = few.page.locator('.banner', { hasText: 'Broken' });
  await banner.waitFor();
  assert.match(await banner.innerText(), /500.*Since \d\d:\d\d\./s);
  await few.page.locator('li.meter', { hasText: 'Good' }).waitFor();
  assert.equal(await few.page.getByText('This computer is offline').count(), 0);
  await portrait(few.page, 'failing');

  const names = ['one', 'two', 'three', 'four', 'five'];
  const many = await configured(
    t,
    names.map((name) => account(name, `${gateway.url}/nowhere`)),
  );
  const all = many.page.locator('details.banner');
  await all.getByText('5 accounts do not answer.').waitFor();
  await all.locator('summary').click();
  assert.equal(await all.getByRole('link', { name: /^Open / }).count(), 5);
  await portrait(many.page, 'failing-many');
});

test('offline: one banner for the computer, not one for each account', async (t) => {
  const { page } = await configured(t, [
    account('alpha', 'https://alpha.invalid'),
    account('beta', 'https://beta.invalid'),
    account('gamma', 'https://gamma.invalid'),
  ]);
  const banner = page.locator('.banner', { hasText: 'This computer is offline.' });
  await banner.waitFor();
  await page.locator('.banner', { hasText: 'alpha.invalid' }).waitFor({ state: 'detached' });
  assert.equal(await page.locator('.banner.sev-soon').count(), 0, 'no account has one of its own');
  await portrait(page, 'offline');
  await banner.getByRole('button', { name: 'Poll now' }).click();
  await page.getByRole('status').getByText('All accounts are being polled.').waitFor();
});

test('keychain locked: said once, with what the keychain says', async (t) => {
  const { page } = await configured(t, [
    account('alpha', 'http://127.0.0.1:9', 'secrets = { key = "keychain" }'),
    account('beta', 'http://127.0.0.1:9', 'secrets = { key = "keychain" }'),
  ]);
  const banner = page.locator('.banner', { hasText: 'The keychain cannot be read.' });
  await banner.getByText('2 accounts wait for their keys').waitFor();
  assert.match(await banner.innerText(), /env:NAME|unlock it/);
  await portrait(page, 'keychain');
  await banner.getByRole('link', { name: 'Settings' }).click();
  await page.locator('#system:focus').waitFor();
});

test('no notification service: a calm hint, once, with a way to the settings', async (t) => {
  const gateway = await upstream(() => ({ body: { left: '12.34' } }));
  t.after(() => gateway.close());
  const { page } = await configured(t, [account('good', gateway.url)]);
  const hint = page.getByRole('note');
  await hint.getByText(/alerts are shown in this window only\./).waitFor();
  await page.locator('li.meter', { hasText: '$12.34' }).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0, 'it is no alarm');
  await portrait(page, 'no-notifier');
  await hint.getByRole('link', { name: 'Settings' }).click();
  await page.locator('#notifications:focus').waitFor();
  await visit(page, '#/');
  await hint.getByRole('button', { name: 'Do not say again' }).click();
  await hint.waitFor({ state: 'detached' });
  await page.reload();
  await page.locator('li.meter').waitFor();
  assert.equal(await hint.count(), 0, 'once');
});

test('stale: the last figures stay, marked as old', async (t) => {
  let hang = false;
  const dripping = new Set();
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    if (!hang) return response.end('{"left":"12.34"}');
    // A byte now and then: neither an answer nor silence.
    response.write(' ');
    dripping.add(setInterval(() => response.write(' '), 5_000));
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  t.after(() => {
    dripping.forEach(clearInterval);
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${server.address().port}`;
  const slow = account('slow', url);
  const pages = await Promise.all([
    configured(t, [slow]),
    configured(t, ['[appearance]\nlanguage = "zh-CN"\n', slow]),
  ]);
  const rows = pages.map(({ page }) => page.locator('li.meter', { hasText: '$12.34' }));
  await Promise.all(rows.map((row) => row.waitFor()));
  hang = true;
  await Promise.all(
    ['en', 'zh'].map(async (language, at) => {
      const { page } = pages[at];
      const stale = rows[at].getByText(language === 'en' ? 'stale' : '已过时');
      // Nobody tells it: the page asks by itself after a minute at the latest; a new one asks at once.
      const until = Date.now() + 60_000;
      while (Date.now() < until && (await stale.count()) === 0) {
        await page.waitForTimeout(1_000);
        await page.reload();
        await rows[at].waitFor();
      }
      assert.equal(await stale.count(), 1);
      await pictured(page, 'stale', language);
    }),
  );
});

test('the simulator is on: nobody takes it for their own money', async (t) => {
  const own = await program({ demo: true });
  t.after(() => own.close());
  const page = await chromium.page(own.url);
  await page.locator('li.meter').first().waitFor();
  const note = page.getByRole('note');
  assert.match(await note.innerText(), /Simulator — invented accounts and money/);
  assert.match(await page.title(), /^Simulator: /);
  await portrait(page, 'simulator');
  await page.getByRole('button', { name: 'Table' }).click();
  await page.getByRole('region', { name: 'Runway as table' }).waitFor();
  await portrait(page, 'runway-table');
});

test('gone: the last figures stay under a banner', async (t) => {
  const own = await program({ demo: true });
  t.after(() => own.close());
  const page = await chromium.page(own.url);
  await page.locator('li.meter').first().waitFor();
  for (const language of ['en', 'zh-CN']) {
    await page.goto(own.url);
    await page.reload();
    await page.locator('li.meter').first().waitFor();
    await speak(page, language);
    await own.kill();
    await page.getByRole('alert').waitFor();
    await pictured(page, 'gone', language.slice(0, 2));
    await own.again();
  }
});
