import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import App from '../App.svelte';
import type { Backend } from '../lib/backend/types';
import type { ExplainView } from '../lib/bindings/ExplainView';
import type { Overview } from '../lib/bindings/Overview';
import { NOW, nothing, someAccount } from '../lib/testing';

const overview = {
  ...nothing,
  accounts: [someAccount({ id: 'alpha', connector_name: 'Some gateway' })],
} satisfies Overview;

const verdict: ExplainView = {
  cause: 'key_limit',
  scope: 'key',
  retryable: false,
  retry_at: null,
  needed: null,
  left: null,
  limit: { amount: '40', unit: 'USD' },
  confidence: 0.97,
  provider: 'c',
  rule: 'c.key_limit',
  explanation: 'The limit of this key, 40 USD, is reached.',
  steps: [
    { text: 'Raise the limit.', url: 'https://x.example/keys' },
    { text: 'Or run this.', url: 'javascript:alert(1)' },
  ],
  title: 'Key limit reached',
  severity: 'refused',
  used: null,
  gateway: null,
  provider_name: 'Some gateway',
  gateway_name: null,
  status: 402,
  message: 'Key limit exceeded',
  at: null,
  hypotheses: [
    {
      cause: 'key_limit',
      title: 'Key limit reached',
      share: 97,
      evidence: [
        { supports: true, text: 'The code says so.' },
        { supports: false, text: 'The key still had 3 USD.' },
      ],
    },
  ],
  check: [],
  dropped: ['Authorization'],
};

function backend(answer: Record<string, (request: unknown) => unknown>) {
  const sent: [string, unknown][] = [];
  const fake: Backend = {
    async call(command, request) {
      sent.push([command, request]);
      const all = { overview: () => overview, connectors: () => [], ...answer };
      const found = (all as Record<string, (request: unknown) => unknown>)[command];
      return (found ? found(request) : null) as never;
    },
    listen(_, link) {
      link('open');
      return () => {};
    },
  };
  return { fake, sent };
}

const TEXT = 'HTTP/1.1 402 Payment Required\n\n{}';

test('what is pasted is explained by itself, and said aloud', async () => {
  location.hash = '#/why';
  const { fake, sent } = backend({ explain: () => verdict });
  render(App, { backend: fake });
  const box = await screen.findByLabelText(/Paste an answer/);
  await fireEvent.input(box, { target: { value: TEXT }, inputType: 'insertFromPaste' });
  const card = await screen.findByRole('region', { name: 'Key limit reached' });
  expect(sent).toContainEqual([
    'explain',
    { text: TEXT, status: null, connector: null, account: null, keep: false },
  ]);
  expect(card.textContent).toContain('97\u00a0% sure');
  expect(card.textContent).toContain('Dropped before anything was read: Authorization.');
  expect(within(card).getByText('For it:', { exact: false })).toBeTruthy();
  expect(within(card).getByText('Against it:', { exact: false })).toBeTruthy();
  const links = within(card).getAllByRole('link');
  expect(links.map((one) => one.getAttribute('href'))).toEqual(['https://x.example/keys']);
  await screen.findByText(/^Key limit reached, does not pass by itself, 97.% sure\. Raise/);
  expect(document.activeElement?.id).not.toBe('verdict');
  expect(location.hash).toBe('#/why');
  expect(within(card).queryByRole('button')).toBeNull();
});

test('asked by button, the focus goes to the verdict; with an account it can be kept once', async () => {
  location.hash = '#/why';
  const { fake, sent } = backend({ explain: () => verdict });
  render(App, { backend: fake });
  const box = await screen.findByLabelText(/Paste an answer/);
  await fireEvent.input(box, { target: { value: TEXT } });
  const account = await screen.findByLabelText(/Which account/);
  await fireEvent.change(account, { target: { value: 'alpha' } });
  await fireEvent.keyDown(box, { key: 'Enter', ctrlKey: true });
  const button = await screen.findByRole('button', { name: 'Keep it in Alpha’s history' });
  await expect.poll(() => document.activeElement?.id).toBe('verdict');
  await fireEvent.click(button);
  await screen.findByText(/Kept in the history of/);
  await fireEvent.click(screen.getByRole('button', { name: 'Kept' }));
  const keeps = sent.filter(([, request]) => (request as { keep?: boolean }).keep);
  expect(keeps).toEqual([
    ['explain', { text: TEXT, status: null, connector: null, account: 'alpha', keep: true }],
  ]);
});

test('a late answer does not come over a cleared page', async () => {
  location.hash = '#/why';
  let give: (value: ExplainView) => void = () => {};
  const { fake } = backend({ explain: () => new Promise((found) => (give = found)) });
  render(App, { backend: fake });
  const box = await screen.findByLabelText(/Paste an answer/);
  await fireEvent.input(box, { target: { value: TEXT } });
  await fireEvent.click(screen.getByRole('button', { name: 'Explain' }));
  await fireEvent.click(screen.getByRole('button', { name: 'Clear' }));
  give(verdict);
  await Promise.resolve();
  expect(screen.queryByText('Key limit reached')).toBeNull();
  expect((box as HTMLTextAreaElement).value).toBe('');
});

test('more than one answer is not sent', async () => {
  location.hash = '#/why';
  const { fake, sent } = backend({ explain: () => verdict });
  render(App, { backend: fake });
  const box = await screen.findByLabelText(/Paste an answer/);
  await fireEvent.input(box, { target: { value: 'x'.repeat(300_000) } });
  await fireEvent.click(screen.getByRole('button', { name: 'Explain' }));
  expect((await screen.findByRole('alert')).textContent).toContain('more than one answer');
  expect(sent.some(([command]) => command === 'explain')).toBe(false);
});

test('a stored refusal is judged again after a poll, and what changed is said', async () => {
  location.hash = `#/why/alpha/${NOW}`;
  let polled = false;
  const { fake, sent } = backend({
    overview: () => ({
      ...overview,
      accounts: [{ ...overview.accounts[0], last_good_at: polled ? NOW + 1 : NOW }],
    }),
    poll_now: () => {
      polled = true;
    },
    diagnose: () => ({
      ...verdict,
      at: NOW,
      title: polled ? 'Balance used up' : verdict.title,
      cause: polled ? 'balance_exhausted' : verdict.cause,
    }),
  });
  render(App, { backend: fake });
  await screen.findByRole('heading', { name: 'Why was Alpha refused?' });
  await fireEvent.click(await screen.findByRole('button', { name: 'Check again' }));
  await screen.findByText(/“Balance used up” now/, {}, { timeout: 8_000 });
  expect(sent).toContainEqual(['poll_now', { id: 'alpha' }]);
  expect(screen.getByRole('link', { name: '← Alpha' }).getAttribute('href')).toBe(
    '#/account/alpha',
  );
}, 10_000);

test('an account without a refusal says so and leads to the paste box', async () => {
  location.hash = '#/why/alpha';
  const { BackendError } = await import('../lib/backend/types');
  const { fake } = backend({
    diagnose: () => {
      throw new BackendError('not_found', 'gone');
    },
  });
  render(App, { backend: fake });
  await screen.findByText('No refusal of this account is known.');
  expect(screen.getByRole('link', { name: 'Paste an answer' }).getAttribute('href')).toBe('#/why');
});
