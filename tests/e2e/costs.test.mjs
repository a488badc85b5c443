/** What an account's money went on, the keys that it has and could have, and the catalogue to pick from. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { accessible, browser, fits, program, shot, upstream, visit } from './harness.mjs';

/** One day's use, as OpenRouter tells it to a management key. */
const day = (model, usage) => ({
  date: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10),
  model,
  usage,
});
const ANSWERS = {
  '/api/v1/key': { data: { label: 'ci', limit: 40, limit_remaining: 11.25, usage: 28.75 } },
  '/api/v1/credits': { data: { total_credits: 60, total_usage: 12.5 } },
  '/api/v1/activity': { data: [day('openai/gpt-4.1', 1.25), day('deepseek/deepseek-chat', 3.75)] },
  '/api/v1/keys': { data: [] },
};
let own, chromium, page, gateway;
const costs = () => page.locator('section[aria-label="What it was spent on"]');
const keys = () => page.locator('section[aria-labelledby=keys]');

before(async () => {
  gateway = await upstream((asked) => {
    const [path, query = ''] = asked.split('?');
    if (path === '/api/v1/keys' && !/\boffset=0\b/.test(query)) return { body: { data: [] } };
    return ANSWERS[path]
      ? { body: ANSWERS[path] }
      : { status: 404, body: { error: 'no such path' } };
  });
  own = await program({ env: { E2E_KEY: 'an-invented-key', E2E_BOSS: 'another-invented-key' } });
  await own.kill();
  writeFileSync(
    join(own.place, 'config/config.toml'),
    `[accounts.router]\nconnector = "openrouter"\nlabel = "Router"\nbase_url = "${gateway.url}"\nsecrets = { key = "env:E2E_KEY" }\n`,
  );
  await own.again();
  chromium = await browser();
  page = await chromium.page(own.url);
});
after(async () => {
  await own?.close();
  await gateway?.close();
  await chromium?.close();
});

test('an account says what a stronger key would show, and takes it', async () => {
  await visit(page, '#/account/router');
  await page.getByText('$11.25').first().waitFor();
  await keys().getByText('It would also show: balance,').waitFor();
  assert.equal(await costs().count(), 0);
  await keys().getByRole('button', { name: 'Add…' }).click();
  const field = keys().getByLabel('Management key');
  await field.fill('sk-EXAMPLE-of-the-wrong-kind');
  await keys().getByRole('button', { name: 'Store key' }).click();
  const problem = keys().getByRole('alert');
  await problem.waitFor();
  assert.match(await problem.innerText(), /begin with sk-or-.*Nothing was sent/s);
  assert.equal(await field.inputValue(), '');
  await field.fill('env:E2E_BOSS');
  await keys().getByRole('button', { name: 'Store key' }).click();
  await page.getByText('$47.50').first().waitFor();
  await keys().getByText('env:E2E_BOSS').waitFor();
});

test('its money is told apart by model, largest first', async () => {
  await costs().getByRole('cell', { name: '$3.75' }).waitFor();
  const rows = await costs().locator('table.names tbody tr').allInnerTexts();
  assert.match(rows[0], /deepseek\/deepseek-chat\s+\$3\.75\s+75/);
  assert.match(rows[1], /openai\/gpt-4\.1\s+\$1\.25\s+25/);
  assert.match(await costs().locator('tfoot').innerText(), /Together\s+\$5\.00/);
  await costs().locator('.layer-1').first().waitFor();
  await costs().getByRole('button', { name: 'Table' }).click();
  await costs().getByRole('region', { name: 'Chart as table' }).getByText('3.75 USD').waitFor();
});

for (const theme of ['light', 'dark']) {
  test(`costs and keys are accessible and fit, ${theme}`, async () => {
    for (const width of [1240, 360]) {
      const other = await chromium.page(own.url, { theme, width });
      await visit(other, '#/account/router');
      await other.getByText('deepseek/deepseek-chat').first().waitFor();
      await accessible(other, `costs, ${theme}, ${width} px`);
      await fits(other, `costs, ${theme}, ${width} px`);
      await shot(other, `costs-${theme}-${width}`, { fullPage: true });
      await other.context().close();
    }
  });
}

test('another breakdown is one key away', async () => {
  ANSWERS['/api/v1/keys'] = {
    data: [
      { hash: 'ab'.repeat(32), name: 'nightly jobs', label: 'x', usage_daily: 2, limit: null },
    ],
  };
  await visit(page, '#/');
  await visit(page, '#/account/router');
  await page.getByRole('button', { name: 'Poll now' }).click();
  const seg = costs().getByRole('group', { name: 'Told apart by' });
  await seg.waitFor();
  assert.deepEqual(await seg.getByRole('button').allInnerTexts(), ['Model', 'Key']);
  const chart = costs().getByRole('application');
  assert.match(await chart.getAttribute('aria-label'), /B shows the next breakdown/);
  await chart.focus();
  await page.keyboard.press('b');
  await costs().getByRole('rowheader', { name: 'nightly jobs' }).waitFor();
  assert.equal(await seg.getByRole('button', { name: 'Key' }).getAttribute('aria-pressed'), 'true');
  await costs().locator('[aria-live=polite]', { hasText: 'Spend by key' }).first().waitFor();
  assert.equal(
    await page.evaluate(() => document.activeElement.getAttribute('role')),
    'application',
  );
  await page.keyboard.press('b');
  await costs().getByRole('rowheader', { name: 'openai/gpt-4.1' }).waitFor();
  await costs().getByRole('button', { name: 'Picture' }).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    costs().getByRole('button', { name: 'Save SVG' }).click(),
  ]);
  assert.equal(file.suggestedFilename(), 'tollwatch-router-by-model-30d.svg');
  const text = readFileSync(await file.path(), 'utf8');
  assert.match(text, /<title>Router · Spend by model<\/title>/);
  assert.match(text, />deepseek\/deepseek-chat<\/text>/, 'its legend');
});

test('the catalogue is grouped, and searched by name', async () => {
  await visit(page, '#/add');
  await page.getByRole('heading', { name: 'Gateways' }).waitFor();
  assert.ok((await page.locator('.connectors button').count()) >= 45);
  await page.getByLabel('Which gateway or provider?').fill('gro');
  await page.locator('.connectors button', { hasText: 'Groq' }).click();
  const probe = page.getByLabel('Probe (optional)');
  assert.deepEqual(await probe.locator('option').allInnerTexts(), ['off (usual)', 'on']);
  // The price stands beside the switch.
  await page.getByText(/A probe costs at most \$/).waitFor();
  await page.getByText('What polling costs:').waitFor();
});
