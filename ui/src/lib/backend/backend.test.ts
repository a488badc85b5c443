import { afterEach, expect, test, vi } from 'vitest';
import { httpBackend, takeToken } from './http';
import { EventStream } from './sse';

afterEach(() => {
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

test('events are cut out of pieces that split lines anywhere', () => {
  const stream = new EventStream();
  expect(stream.push('da')).toEqual([]);
  expect(stream.push('ta: {"a":1}\r')).toEqual([]);
  expect(stream.push('\n\r\n: keep-alive\n\nevent: x\ndata:one\ndata: two\n\n')).toEqual([
    '{"a":1}',
    'one\ntwo',
  ]);
});

test('the token leaves the address bar and outlives a reload', () => {
  history.replaceState(null, '', '/#token=ab12');
  expect(takeToken()).toBe('ab12');
  expect(location.hash).toBe('');
  expect(takeToken()).toBe('ab12');
});

test('a command is a POST with the token', async () => {
  const fetch = vi.fn(async () => new Response('[]'));
  vi.stubGlobal('fetch', fetch);
  expect(await httpBackend('ab12').call('episodes', { days: 30 })).toEqual([]);
  const [address, init] = fetch.mock.calls[0] as unknown as [string, RequestInit];
  expect(address).toBe('/api/episodes');
  expect(init.method).toBe('POST');
  expect(init.body).toBe('{"days":30}');
  expect((init.headers as Record<string, string>).authorization).toBe('Bearer ab12');
});

test('errors are sentences: the backend’s, or ours when nothing sensible came', async () => {
  const answers = [
    () => new Response('{"code":"not_found","message":"No such account."}', { status: 404 }),
    () => new Response('<html>', { status: 500 }),
    () => Promise.reject(new TypeError('Failed to fetch')),
  ];
  vi.stubGlobal('fetch', async () => answers.shift()?.());
  const backend = httpBackend('t');
  await expect(backend.call('overview', {})).rejects.toMatchObject({
    code: 'not_found',
    message: 'No such account.',
  });
  await expect(backend.call('overview', {})).rejects.toMatchObject({ code: 'server' });
  await expect(backend.call('overview', {})).rejects.toMatchObject({ code: 'transport' });
});

test('events flow, and a lost stream is told and opened again', async () => {
  let opened = 0;
  vi.stubGlobal('fetch', async () => {
    opened += 1;
    return new Response('data: {"is":"changed","account":"a"}\n\n');
  });
  const heard: unknown[] = [];
  const links: string[] = [];
  const stop = httpBackend('t').listen(
    (event) => heard.push(event),
    (state) => links.push(state),
  );
  await vi.waitFor(() => expect(opened).toBeGreaterThan(1), 3_000);
  stop();
  expect(heard[0]).toEqual({ is: 'changed', account: 'a' });
  expect(links.slice(0, 2)).toEqual(['open', 'lost']);
});
