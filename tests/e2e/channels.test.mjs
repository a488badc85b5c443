/** Channels beside the desktop: how they stand, a test, and who was sent an alert. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { accessible, browser, fits, program, shot, upstream, visit } from './harness.mjs';

const EMPTY = {
  is_available: false,
  balance_infos: [
    {
      currency: 'USD',
      total_balance: '0.00',
      granted_balance: '0.00',
      topped_up_balance: '0.00',
    },
  ],
};

test('settings show who takes alerts and who does not, in both languages and themes', async (t) => {
  const gateway = await upstream(() => ({ body: EMPTY }));
  const taking = await upstream(() => ({ type: 'text/plain', body: 'ok' }));
  let refuses = true;
  const refusing = await upstream(() =>
    refuses
      ? { status: 500, type: 'text/plain', body: 'out of order' }
      : { type: 'text/plain', body: 'ok' },
  );
  const env = { HOOK: `${taking.url}/services/T0AAAAAAA/EXAMPLEnotToBeShown` };
  const own = await program({ env });
  t.after(async () => {
    await own.close();
    for (const one of [gateway, taking, refusing]) await one.close();
  });
  await own.kill();
  const config = join(own.place, 'config');
  writeFileSync(
    join(config, 'config.toml'),
    `[accounts.work]\nconnector = "deepseek"\nlabel = "Work"\nbase_url = "${gateway.url}"\n` +
      `secrets = { key = "env:HOOK" }\n[channels.ops]\nkind = "slack"\nurl = "env:HOOK"\n` +
      `[channels.phone]\nkind = "ntfy"\nurl = "${refusing.url}/walls"\n`,
  );
  const binary = join(process.env.CARGO_TARGET_DIR ?? 'target', 'debug/tollwatch');
  // Asked of the program that is built already; it tells at once, where the monitor gathers for half a minute.
  const polled = await new Promise((done) => {
    const asked = {
      ...process.env,
      ...env,
      TOLLWATCH_CONFIG_DIR: config,
      TOLLWATCH_DATA_DIR: join(own.place, 'data'),
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere/bus',
    };
    execFile(binary, ['poll'], { env: asked }, (error, _, said) =>
      done({ code: error?.code ?? 0, said }),
    );
  });
  assert.equal(polled.code, 4, polled.said);
  assert.match(polled.said, /out of order/);
  await own.again();
  const chromium = await browser();
  t.after(() => chromium.close());
  const page = await chromium.page(own.url);
  await visit(page, '#/settings');
  const part = page.locator('section[aria-labelledby=channels]');
  await part.getByText('ntfy → 127.0.0.1').waitFor();
  await part.getByText('address in HOOK').waitFor();
  await part.getByText('1 message waits').waitFor();
  await part.getByRole('button', { name: 'Send a test through ops' }).click();
  await part.getByText('Sent; the channel accepted it.').waitFor();
  assert.doesNotMatch(await page.content(), /EXAMPLEnot|T0AAAAAAA/);
  await accessible(page, 'channels');
  await fits(page, 'channels');
  await shot(page, 'channels-light');
  await page.getByRole('button', { name: 'Dark' }).click();
  await page.getByRole('button', { name: '简体中文' }).click();
  await part.getByText('1 条消息等待发送').waitFor();
  await accessible(page, 'channels in Chinese');
  await page.setViewportSize({ width: 400, height: 800 });
  await fits(page, 'channels, narrow');
  await shot(page, 'channels-zh-dark-narrow');
  await page.setViewportSize({ width: 1240, height: 800 });
  await page.getByRole('button', { name: 'English' }).click();
  refuses = false;
  await part.getByRole('button', { name: 'Try again now' }).click();
  await part.getByText('1 message waits').waitFor({ state: 'detached' });
  await visit(page, '#/alerts/1');
  const by = page.locator('section[aria-labelledby=by]');
  await by.getByText('ops', { exact: true }).waitFor();
  assert.match(await by.innerText(), /phone[\s\S]*accepted \(\d tries\)/);
  assert.match(await page.locator('section[aria-labelledby=why]').innerText(), /told by ops/);
  await accessible(page, 'an alert and its channels');
  await shot(page, 'channels-alert-dark');
});
