import { describe, expect, test, vi } from 'vitest';
import { Log } from '../log';
import { serverAt } from '../server';

const BASE = 'https://addin.example.com/api/client/v2/msexchange_schedulers/1/';
const DETAILS = {
  room_name: 'V',
  room_email: 'v@example.com',
  alias_id: 'PXPS:-x#',
  instructions: '<p>x</p>',
};

function answering(...answers: (Response | Error)[]) {
  const fetcher = vi.fn<typeof fetch>(async () => {
    const answer = answers.shift();
    if (!answer || answer instanceof Error) throw answer ?? new Error('no more answers');
    return answer;
  });
  const log = new Log();
  return { fetcher, log, server: serverAt(BASE, '1.0.0.3', log, fetcher) };
}

const json = (status: number, word: string, result: unknown) =>
  new Response(JSON.stringify({ status: word, result }), {
    status,
    headers: { 'X-Correlation-Id': 'abc' },
  });

test('asks for details with token, key and the version of the manifest', async () => {
  const { fetcher, server } = answering(json(200, 'success', DETAILS));
  expect(await server.details('secret', 'key')).toEqual(DETAILS);
  const [url, init] = fetcher.mock.calls[0] ?? [];
  expect(url).toBe(`${BASE}meeting_details`);
  expect(init?.headers).toMatchObject({
    token: 'secret',
    'Idempotency-Key': 'key',
    'X-Manifest-Version': '1.0.0.3',
  });
});

test('asks again once when the connection failed, with the same key', async () => {
  vi.useFakeTimers();
  const { fetcher, server } = answering(new TypeError('gone'), json(200, 'success', DETAILS));
  const asked = server.details('secret', 'key');
  await vi.runAllTimersAsync();
  expect(await asked).toEqual(DETAILS);
  expect(
    fetcher.mock.calls.map(
      ([, init]) => (init?.headers as Record<string, string>)['Idempotency-Key'],
    ),
  ).toEqual(['key', 'key']);
  vi.useRealTimers();
});

test('says so when the service cannot be reached at all', async () => {
  vi.useFakeTimers();
  const { server } = answering(new TypeError('gone'), new TypeError('gone'));
  const asked = expect(server.details('secret', 'key')).rejects.toMatchObject({ code: 'network' });
  await vi.runAllTimersAsync();
  await asked;
  vi.useRealTimers();
});

describe('failures are told apart', () => {
  test.each([
    [
      403,
      "Invalid Token: Token Appctx 'amurl' domain 'a' does not match one of the valid domains: '[]'",
      'refused',
    ],
    [403, 'Invalid Token: The token is not valid until 2026-11-23', 'clock'],
    [403, 'Invalid Token: The token is not valid after 2026-11-23', 'clock'],
    [403, 'No video room can be added: the licence has expired on 2026-11-23', 'refused'],
    [403, 'No video room can be added: the licence is not valid until 2026-11-23', 'refused'],
    [429, 'Too many requests', 'busy'],
    [500, 'The request failed', 'server'],
    [404, 'There is no integration 1', 'refused'],
  ])('%i %s', async (status, sentence, code) => {
    const { server } = answering(json(status, 'failed', sentence));
    await expect(server.details('t', 'k')).rejects.toMatchObject({
      code,
      detail: sentence,
      correlation: 'abc',
    });
  });
  test.each([
    ['a login page', new Response('<p>Please log in</p>')],
    ['nothing', new Response('')],
    ['no instructions', json(200, 'success', { ...DETAILS, instructions: undefined })],
    ['a number for a name', json(200, 'success', { ...DETAILS, room_name: 5 })],
    ['null', new Response('null')],
  ])('%s', async (_, response) => {
    const { server } = answering(response);
    await expect(server.details('t', 'k')).rejects.toMatchObject({
      code: expect.stringMatching(/answer|refused/) as string,
    });
  });
});

test('rooms, signing in and out', async () => {
  const room = { name: 'Ann', description: '', instructions: '<p>x</p>', location: 'Ann' };
  const { fetcher, server } = answering(
    json(200, 'success', { signed_in: true, rooms: [room] }),
    json(200, 'success', { signed_in: false }),
    json(200, 'success', { url: `${BASE}sign_in?state=1` }),
    json(200, 'success', {}),
    json(200, 'success', {}),
  );
  expect(await server.rooms('t')).toEqual({ signed_in: true, rooms: [room] });
  expect(await server.rooms('t')).toEqual({ signed_in: false, rooms: [] });
  expect(await server.signIn('t')).toBe(`${BASE}sign_in?state=1`);
  await server.signedIn('t', 'c0de');
  expect(fetcher).toHaveBeenLastCalledWith(
    `${BASE}signed_in`,
    expect.objectContaining({ method: 'POST' }),
  );
  expect(fetcher.mock.lastCall?.[1]?.headers).toMatchObject({ token: 't', code: 'c0de' });
  await server.signOut('t');
});

test('no token reaches the log', async () => {
  const { log, server } = answering(
    json(403, 'failed', 'Invalid Token: eyJhbGciOi.eyJhdWQi.c2lnbmF0dXJl TOK:-abc_def#'),
  );
  await server.details('eyJhbGciOi.eyJhdWQi.c2lnbmF0dXJl', 'k').catch(() => undefined);
  expect(log.lines().join('\n')).not.toMatch(/eyJ|abc_def/);
  expect(log.lines().join('\n')).toContain('Invalid Token: <token>');
});
