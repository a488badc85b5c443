/** Every page in Chinese: accessible in both themes, without a horizontal scroll, and without a word left in English. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, browser, fits, program, shot, visit } from './harness.mjs';

let demo, chromium;
before(async () => {
  demo = await program({ demo: true, env: { LANG: 'zh_CN.UTF-8', LC_ALL: 'zh_CN.UTF-8' } });
  chromium = await browser();
});
after(async () => {
  await demo?.close();
  await chromium?.close();
});

const PAGES = [
  ['overview', '#/', 'li.meter'],
  ['account', '#/account/demo-litellm/team.budget', '[role=application] svg'],
  ['costs', '#/account/demo-openrouter', '[role=application] svg'],
  ['alerts', '#/alerts', 'form'],
  ['why', '#/why', 'textarea'],
  ['add', '#/add', '.connectors button'],
  ['settings', '#/settings', 'section'],
];
/** Names, and what is written so everywhere. */
const NAMES =
  /^(Tollwatch|OpenRouter|DeepSeek|LiteLLM|English|Ctrl|curl|Enter|tokens?|HTTP|JSON|Payment|Required|content|type|application|error|demo|config|toml|reload|below|openai|anthropic|claude|gpt|API|sonnet|deepseek|chat|openrouter|settings|management|keys|credits|simulator|invalid|litellm|Secret|Service|Bus|gnome|keyring|KWallet|NAME|Etc|UTC|tmp|tollwatch|data|https?|team|user|Admin|models?|USD|CNY|webhook|env|budget|info|usage|activity|spend|logs|daily|balance|total|ci)$/i;

async function words(page) {
  const text = await page.evaluate(() => {
    const main = document.querySelector('main').cloneNode(true);
    for (const one of main.querySelectorAll('code, pre, style, option, svg, .sr')) one.remove();
    return main.innerText;
  });
  return [...new Set(text.match(/[A-Za-z]{3,}/g) ?? [])].filter((word) => !NAMES.test(word));
}

for (const theme of ['light', 'dark']) {
  test(`every page is accessible and all Chinese, ${theme}`, async () => {
    const page = await chromium.page(demo.url, { theme, locale: 'zh-CN' });
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
    for (const [name, hash, there] of PAGES) {
      await visit(page, hash);
      await page.locator(`main ${there}`).first().waitFor();
      await accessible(page, `${name} in Chinese, ${theme}`);
      await shot(page, `zh-${name}-${theme}`);
      // The connectors' own names and addresses are not translated.
      if (name !== 'add') assert.deepEqual(await words(page), [], `${name} says it in English`);
    }
    await page.context().close();
  });
}

test('the page of an alert says why in Chinese', async () => {
  const page = await chromium.page(demo.url, { locale: 'zh-CN' });
  await visit(page, '#/alerts');
  await page.locator('main a[href^="#/alerts/"]').first().click();
  await page.getByRole('application').first().locator('svg').waitFor();
  await accessible(page, 'an alert in Chinese');
  await shot(page, 'zh-alert-light');
  // What the stage says of its chart stands in the page too.
  assert.deepEqual(await words(page), []);
  await page.context().close();
});

for (const width of [360, 800, 2560]) {
  test(`no horizontal scroll in Chinese at ${width} px`, async () => {
    const page = await chromium.page(demo.url, { width, locale: 'zh-CN' });
    for (const [name, hash, there] of PAGES) {
      await visit(page, hash);
      await page.locator(`main ${there}`).first().waitFor();
      await fits(page, `${name} in Chinese at ${width} px`);
    }
    await page.context().close();
  });
}
