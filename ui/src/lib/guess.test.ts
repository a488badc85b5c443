import { expect, test } from 'vitest';
import type { ConnectorView } from './bindings/ConnectorView';
import { begin, fitting, isAddress } from './guess';

/** As the backend's catalogue says them, in its order; what the guess does not look at is left out. */
const connector = (
  id: string,
  kind: ConnectorView['kind'],
  base_url: string | null,
  starts: [string, string][],
  roles = ['key'],
): ConnectorView =>
  ({
    id,
    kind,
    base_url,
    starts,
    name: id,
    keys_url: null,
    top_up_url: null,
    secrets: roles.map((role) => ({ role, url: null })),
  }) as unknown as ConnectorView;

const ALL = [
  {
    ...connector(
      'openrouter',
      'gateway',
      'https://openrouter.ai/api',
      [
        ['key', 'sk-or-'],
        ['management_key', 'sk-or-'],
      ],
      ['key', 'management_key'],
    ),
  },
  connector(
    'litellm',
    'gateway',
    null,
    [
      ['key', 'sk-'],
      ['admin_key', 'sk-'],
    ],
    ['key', 'admin_key'],
  ),
  connector('deepseek', 'credits', 'https://api.deepseek.com', [['key', 'sk-']]),
  connector(
    'aws',
    'costs',
    'https://ce.us-east-1.amazonaws.com',
    [['access_key_id', 'AKIA']],
    ['access_key_id', 'secret_access_key'],
  ),
  connector('minimax', 'plan', 'https://api.minimax.io', [
    ['key', 'sk-cp-'],
    ['api_key', 'sk-api-'],
  ]),
  {
    ...connector('groq', 'headers', 'https://api.groq.com/openai/v1', [['key', 'gsk_']]),
    keys_url: 'https://console.groq.com/keys',
  },
  connector('openai_compatible', 'headers', null, [['key', 'sk-']]),
  connector('http_json', 'generic', null, []),
];
const ids = (text: string) => fitting(text, ALL).found.map((one) => one.id);
const one = (id: string) => ALL.find((each) => each.id === id) as ConnectorView;

test('a key says whose it is', () => {
  expect(ids('gsk_EXAMPLE')).toEqual(['groq']);
  expect(ids(' sk-or-v1-EXAMPLE\n')).toEqual(['openrouter']);
  expect(fitting('sk-or-v1-EXAMPLE', ALL).sure).toBe(true);
  expect(ids('AKIAEXAMPLE')).toEqual(['aws']);
});

test('what many begin with is not sure, and stands in the catalogue’s order', () => {
  expect(ids('sk-EXAMPLE')).toEqual(['litellm', 'deepseek', 'openai_compatible']);
  expect(fitting('sk-EXAMPLE', ALL).sure).toBe(false);
  expect(ids('0123456789abcdef')).toEqual([]);
});

test('an address says whose it is, also a page for people and a host alone', () => {
  expect(ids('https://api.deepseek.com/user/balance')).toEqual(['deepseek']);
  expect(ids('https://console.groq.com/settings')).toEqual(['groq']);
  expect(ids('openrouter.ai')).toEqual(['openrouter']);
  expect(ids('https://litellm.corp.example/v1')).toEqual(['litellm']);
  expect(ids('http://10.0.0.7:4000')).toEqual(['litellm', 'openai_compatible', 'http_json']);
});

test('addresses and keys are told apart', () => {
  expect(
    ['localhost:4000', 'api.groq.com/v1', '127.0.0.1:80', 'HTTPS://x.example'].map(isAddress),
  ).toEqual(Array(4).fill(true));
  // The last two are shaped as keys of Zhipu and as a JSON web token are.
  expect(
    ['sk-or-v1-abc', '', '0a1b2c.dEfGhIjKlMnOpQrS', 'eyJhbGciOi.eyJzdWIiOi.SflKxwRJSM'].map(
      isAddress,
    ),
  ).toEqual(Array(4).fill(false));
});

test('a key goes into its field, and an address without what may hide a key', () => {
  expect(begin(one('minimax'), 'sk-api-EXAMPLE').secrets).toEqual({ api_key: 'sk-api-EXAMPLE' });
  expect(begin(one('http_json'), 'anything').secrets).toEqual({ key: 'anything' });
  const full = 'https://me:hunter2@gw.example/base/v1/chat/completions?key=hunter2#hunter2';
  expect(begin(one('litellm'), full)).toMatchObject({
    baseUrl: 'https://gw.example/base',
    secrets: {},
  });
  expect(begin(one('openai_compatible'), full).baseUrl).toBe('https://gw.example/base/v1');
  expect(begin(one('litellm'), 'localhost:4000').baseUrl).toBe('http://localhost:4000');
  // The provider's own address needs no repeating.
  expect(begin(one('groq'), 'https://api.groq.com/openai/v1').baseUrl).toBe('');
  expect(begin(one('minimax'), 'https://api.minimaxi.com').baseUrl).toBe(
    'https://api.minimaxi.com',
  );
});
