/**
 * What the browser tests share: the program, the browser, a small upstream, pictures, and the rules that hold on
 * every page. Nothing here is mocked: the pages talk to the program over loopback.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { accessSync, mkdirSync, mkdtempSync, readFileSync, rmSync, constants } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// The tests' packages live with the pages, in ui/.
const require = createRequire(new URL('../../ui/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHOTS = process.env.SHOTS ?? join(ROOT, 'tests/e2e/.shots');
/** A poll, a start of the simulator, a page: slow only on a busy machine. */
export const PATIENCE = 30_000;

function browserProgram() {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const places = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  for (const place of [process.env.CHROMIUM, ...places].filter(Boolean)) {
    try {
      accessSync(place, constants.X_OK);
      return place;
    } catch {
      // Not there: the next one.
    }
  }
  throw new Error('No Chromium was found. Install one, or name it in CHROMIUM.');
}

/** Starts the program in folders of its own, without a session bus: no keychain, no notification service. */
export async function program({
  demo = false,
  scenario = 'tour',
  speed = 300,
  env = {},
  port = 0,
} = {}) {
  const place = mkdtempSync(join(tmpdir(), 'tollwatch-e2e-'));
  mkdirSync(join(place, 'config'));
  mkdirSync(join(place, 'data'));
  const binary = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'debug/tollwatch');
  const start = async (at) => {
    const words = ['--json', 'serve', '--port', String(at)];
    if (demo) words.push('--demo', '--scenario', scenario, '--speed', String(speed));
    const child = spawn(binary, words, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        TOLLWATCH_CONFIG_DIR: join(place, 'config'),
        TOLLWATCH_DATA_DIR: join(place, 'data'),
        DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(place, 'no-bus')}`,
        ...env,
      },
    });
    const url = await new Promise((found, failed) => {
      let said = '';
      child.stdout.on('data', (chunk) => {
        said += chunk;
        const match = /"url":\s*"([^"]+)"/.exec(said);
        if (match) found(match[1]);
      });
      child.once('error', failed);
      child.once('exit', (code) => failed(new Error(`The program ended with ${code}.`)));
    });
    return { child, url };
  };
  let { child, url } = await start(port);
  const kill = () =>
    new Promise((done) => {
      if (child.exitCode !== null || child.signalCode !== null) return done();
      child.once('exit', done);
      child.kill('SIGTERM');
    });
  return {
    place,
    get url() {
      return url;
    },
    kill,
    /** The same folders and the same port again. */
    async again() {
      ({ child, url } = await start(new URL(url).port));
    },
    async close() {
      await kill();
      rmSync(place, { recursive: true, force: true });
    },
  };
}

/** The simulator's pages: those that the caller serves, or our own. */
export async function simulator() {
  const given = process.env.TOLLWATCH_URL;
  return given ? { url: given, async close() {} } : program({ demo: true });
}

/**
 * A browser; its pages fail the test on console errors, broken content policy and uncaught exceptions. Answers that tests
 * ask for are none: 429 is what a page with the token of an earlier start is told after ten tries.
 */
export async function browser() {
  const running = await chromium.launch({
    executablePath: browserProgram(),
    args: ['--no-sandbox'],
  });
  const complaints = [];
  return {
    complaints,
    async page(url, { width = 1240, height = 800, theme = 'light', ...more } = {}) {
      const context = await running.newContext({
        viewport: { width, height },
        colorScheme: theme,
        locale: 'en-US',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
        ...more,
      });
      context.setDefaultTimeout(PATIENCE);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(String(error)));
      page.on('console', (message) => {
        // A stopped server, an old token, a missing keychain and an entry that does not fit are what some tests want;
        // the page tells of them.
        if (
          message.type() === 'error' &&
          !/ERR_CONNECTION|ERR_INCOMPLETE|status of (400|401|409|429)/.test(message.text())
        )
          complaints.push(message.text());
      });
      await page.goto(url);
      await page.locator('nav').waitFor();
      return page;
    },
    async close() {
      await running.close();
      assert.deepEqual(complaints, [], 'the browser complained');
    },
  };
}

/** Goes to a page by its fragment and waits until it has its content. */
export async function visit(page, hash) {
  await page.evaluate((to) => (location.hash = to), hash);
  await page.locator('main h1').waitFor();
  await page.locator('main .bone').first().waitFor({ state: 'detached' });
}

/** A picture of the whole page in the folder of pictures. */
export async function shot(page, name, options = {}) {
  mkdirSync(SHOTS, { recursive: true });
  await page.evaluate(() => scrollTo(0, 0));
  await page.screenshot({
    path: join(SHOTS, `${name}.png`),
    fullPage: true,
    animations: 'disabled',
    ...options,
  });
}

/** Where the pictures of the README are, which are made again only on demand. */
export const readmePicture = (name) =>
  process.env.UPDATE_SCREENS === '1' ? join(ROOT, 'docs/screens', name) : null;

/** No finding of axe-core by WCAG 2.2 A and AA. */
export async function accessible(page, where) {
  // Evaluated, not added as a script: the content policy refuses foreign scripts, as it should.
  await page.evaluate(AXE);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: {
        type: 'tag',
        values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'],
      },
      resultTypes: ['violations'],
    }),
  );
  const lines = found.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html} ${node.failureSummary}`),
  );
  assert.deepEqual(lines, [], `axe-core on ${where}`);
}

/** Nothing is wider than the window. */
export async function fits(page, where) {
  const [wide, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(wide <= window, `${where} is ${wide} px wide in a window of ${window} px`);
}

/** Presses Tab until what is wanted has the focus; fails when it never comes or its focus cannot be seen. */
export async function tabTo(page, wanted, most = 80) {
  for (let pressed = 0; pressed < most; pressed += 1) {
    await page.keyboard.press('Tab');
    const here = await wanted.evaluateAll((all) => all.includes(document.activeElement));
    if (!here) continue;
    const outline = await page.evaluate(
      () => getComputedStyle(document.activeElement).outlineStyle,
    );
    assert.notEqual(outline, 'none', 'the focus can be seen');
    return;
  }
  assert.fail(`Tab never came to ${wanted}`);
}

/** A gateway of one page: `answer` is told path and key, and gives status, type and body. */
export async function upstream(answer) {
  const server = createServer((request, response) => {
    const said = answer(request.url, request.headers.authorization);
    response.writeHead(said.status ?? 200, {
      'content-type': said.type ?? 'application/json',
    });
    response.end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body));
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
