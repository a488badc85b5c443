/** The month on paper: made with one press, whole in one file, fit for paper. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { accessible, browser, fits, program, shot } from './harness.mjs';

let chromium;
const programs = [];
before(async () => {
  chromium = await browser();
});
after(async () => {
  for (const one of programs) await one.close();
  await chromium?.close();
});

for (const [language, made, title] of [
  ['en', 'Make the report', /what the accounts cost/],
  ['zh_CN.UTF-8', '生成报告', /账户费用/],
]) {
  test(`a month's report in ${language}`, async () => {
    const demo = await program({ demo: true, env: { LANG: language, LC_ALL: language } });
    programs.push(demo);
    const page = await chromium.page(demo.url);
    await page.locator('li.meter').first().waitFor();
    // What the overview says was spent this month is what the report says; the demo's time runs on between the two.
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: made }).click();
    const file = await download;
    assert.match(file.suggestedFilename(), /^tollwatch-\d{4}-\d{2}\.html$/);
    const place = join(demo.place, file.suggestedFilename());
    await file.saveAs(place);
    const html = readFileSync(place, 'utf8');
    assert.doesNotMatch(html, /<script|src=|href=/, 'it loads and runs nothing');

    for (const theme of ['light', 'dark']) {
      const paper = await page.context().newPage();
      await paper.emulateMedia({ colorScheme: theme });
      await paper.goto(pathToFileURL(place).href);
      assert.match(await paper.locator('h1').innerText(), title);
      assert.ok((await paper.locator('tbody tr').count()) >= 4, 'accounts and models');
      assert.match(await paper.locator('.sums').innerText(), /[$¥]\d+\.\d\d/);
      await accessible(paper, `the report in ${language}, ${theme}`);
      await shot(paper, `report-${language.slice(0, 2)}-${theme}`);
      await paper.emulateMedia({ media: 'print' });
      await paper.setViewportSize({ width: 640, height: 900 });
      await fits(paper, 'the report on paper');
      assert.equal(
        await paper.evaluate(() => getComputedStyle(document.body).color),
        'rgb(27, 31, 36)',
        'dark on white, whatever the screen is',
      );
      await paper.close();
    }
  });
}
