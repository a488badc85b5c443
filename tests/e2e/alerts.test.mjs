/**
 * The alerts page and the settings in every state, in both languages and both themes: nothing yet, loading, live,
 * calm, tried, out of reach; without keychain and notification service.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { PATIENCE, accessible, browser, fits, program, shot, visit } from './harness.mjs';

const LANGUAGES = [
  { tag: 'en', env: { LANG: 'en_GB.UTF-8', LC_ALL: 'en_GB.UTF-8' } },
  { tag: 'zh-CN', env: { LANG: 'zh_CN.UTF-8', LC_ALL: 'zh_CN.UTF-8' } },
];
const THEMES = ['light', 'dark'];
let chromium;
before(async () => {
  chromium = await browser();
});
after(() => chromium?.close());

/** Looked at by axe, measured and pictured, without the notices that lie over the page. */
async function look(page, name) {
  await page.locator('.toasts').evaluate((all) => (all.style.display = 'none'));
  await accessible(page, name);
  await fits(page, name);
  await shot(page, name);
}

for (const { tag, env } of LANGUAGES) {
  test(`nothing is there yet, ${tag}`, async (t) => {
    const own = await program({ env });
    t.after(() => own.close());
    for (const theme of THEMES) {
      const page = await chromium.page(own.url, { theme });
      await page.waitForFunction((lang) => document.documentElement.lang === lang, tag);
      await visit(page, '#/alerts');
      await page.locator('.calm a[href="#/add"]').waitFor();
      await page.locator('#low-all').waitFor();
      await look(page, `alerts-empty-${tag}-${theme}`);
      await visit(page, '#/why');
      await page.locator('#paste').waitFor();
      await look(page, `why-empty-${tag}-${theme}`);
      // No keychain and no notification service: both say so, with what to do.
      await visit(page, '#/settings');
      await page.locator('section[aria-labelledby=notifications] button').click();
      await page.locator('[data-result=failed]').waitFor();
      await page.locator('#hours-rhythm').waitFor();
      await look(page, `settings-without-${tag}-${theme}`);
      await page.context().close();
    }
  });

  test(`alerts live, calm and tried, ${tag}`, async (t) => {
    // So fast that alerts come and go within the test.
    const served = await program({ demo: true, speed: 3_000, env });
    t.after(() => served.close());
    for (const theme of THEMES) {
      const page = await chromium.page(served.url, { theme });
      await visit(page, '#/alerts');
      const live = page.locator('section[aria-labelledby=live] .list > li');
      await live.first().waitFor({ timeout: 2 * PATIENCE });
      await page.locator('#low-all').waitFor();
      await look(page, `alerts-live-${tag}-${theme}`);
      // Each width in each theme and in each language, not in all four of them.
      const width = (theme === 'light') === (tag === 'en') ? 800 : 2560;
      await page.setViewportSize({ width, height: width > 2000 ? 1300 : 800 });
      await look(page, `alerts-live-${tag}-${theme}-${width}`);
      await visit(page, '#/settings');
      await page.locator('#hours-rhythm').waitFor();
      await page.locator('section[aria-labelledby=backtest] table').waitFor();
      await look(page, `settings-${tag}-${theme}-${width}`);
      await visit(page, '#/alerts');
      await page.locator('#low-all').waitFor();
      await page.setViewportSize({ width: 1240, height: 800 });
      const card = page.locator('section[aria-labelledby=when]');
      await card.locator('form').first().locator('.row button').last().click();
      await card.locator('.said').waitFor({ timeout: 2 * PATIENCE });
      await look(page, `alerts-tried-${tag}-${theme}`);
      // The program's own answer, less what is live.
      await page.route('**/api/episodes', async (route) => {
        const answer = await route.fetch();
        const all = (await answer.json()).filter((one) => one.state === 'resolved');
        await route.fulfill({ response: answer, json: all });
      });
      await page.reload();
      await page.locator('.calm').waitFor();
      await page.locator('#low-all').waitFor();
      await look(page, `alerts-calm-${tag}-${theme}`);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
      await page.context().close();
    }
  });

  test(`loading, and out of reach, ${tag}`, async (t) => {
    const served = await program({ demo: true, env });
    t.after(() => served.close());
    const pages = [];
    for (const theme of THEMES) {
      const page = await chromium.page(served.url, { theme });
      await page.route('**/api/episodes', () => {});
      await page.evaluate(() => (location.hash = '#/alerts'));
      await page.locator('main .bone').first().waitFor();
      await look(page, `alerts-loading-${tag}-${theme}`);
      await page.unroute('**/api/episodes');
      await visit(page, '#/settings');
      await visit(page, '#/alerts');
      await page.locator('#low-all').waitFor();
      pages.push([page, theme]);
    }
    await served.kill();
    for (const [page, theme] of pages) {
      await page.locator('main > .banner[role=alert]').first().waitFor();
      assert.ok((await page.locator('section[aria-labelledby=live]').count()) > 0, 'it stays');
      await look(page, `alerts-lost-${tag}-${theme}`);
      await page.context().close();
    }
  });
}

test('the link in the settings leads to where it is set; what is typed stays through events', async (t) => {
  const served = await program({ demo: true, speed: 3_000 });
  t.after(() => served.close());
  const page = await chromium.page(served.url);
  await visit(page, '#/settings');
  await page.getByRole('link', { name: 'When to tell' }).click();
  await page.waitForFunction(() => document.activeElement.id === 'when');
  const quiet = page.getByLabel('Quiet hours (optional)');
  await quiet.fill('at nig');
  const heard = () => page.waitForResponse('**/api/overview');
  for (let times = 0; times < 3; times += 1) await heard();
  assert.equal(await quiet.inputValue(), 'at nig');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForFunction(() => document.activeElement.id === 'quiet-all');
  await page.locator('#wrong-quiet-all').getByText('write it like 22:00-08:00').waitFor();
  await accessible(page, 'an error at its field');
  await shot(page, 'alerts-wrong-light');
});

test('the language is chosen beside the theme, and the window follows', async (t) => {
  const own = await program();
  t.after(() => own.close());
  const page = await chromium.page(own.url);
  await visit(page, '#/settings');
  await page.getByRole('button', { name: '简体中文' }).click();
  await page.getByRole('heading', { level: 1, name: '设置' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'zh-CN');
  await page.getByText('每一天、每一小时都按实际观察计算。').waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: '设置' }).waitFor();
  await page.getByRole('button', { name: '跟随系统' }).last().click();
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
  await page.getByText('Every day and hour counts as it was seen to.').waitFor();
});
