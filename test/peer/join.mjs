// Joins rooms of a running server with an independent client library, unmodified.
//
//	node join.mjs URL ALIAS                 joins, sees itself and another one, refreshes, leaves
//	node join.mjs URL ALIAS --closed        is told that there is no such conference
//	node join.mjs URL ALIAS --ended         joins, and is shown out when the meeting is cancelled
//	node join.mjs URL ALIAS --pin 1234      is asked for the PIN, fails with a wrong one, joins
//
// Prints one line per step; ends with status 0 when all of them were as they should.

import assert from 'node:assert/strict';
import { register } from 'node:module';
import { parseArgs } from 'node:util';
import './browser.mjs';

register('./resolve.mjs', import.meta.url);
const { createInfinityClient, createInfinityClientSignals, createCallSignals, setLogger } =
  await import('@pexip/infinity');

const WAIT_MS = 10000;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { closed: { type: 'boolean' }, ended: { type: 'boolean' }, pin: { type: 'string' } },
});
const [host, alias] = positionals;

const tell = (line) => process.stdout.write(`${line}\n`);
const quiet = () => {}; // the library tells its debugging to the console, whatever its logger
for (const level of ['debug', 'info', 'log', 'warn']) console[level] = quiet;
setLogger({
  trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet,
  redact: (text) => text, addRedactPattern: quiet,
});

/** One person with a client; hears what the library says. */
function person(name) {
  const signals = createInfinityClientSignals([], { batchScheduleTimeoutMS: 50, batchBufferSize: 10 });
  const client = createInfinityClient(signals, createCallSignals([]));
  const heard = { participants: [], errors: [], refreshed: 0, pin: undefined, disconnected: undefined };
  signals.onParticipants.add(({ participants }) => (heard.participants = participants));
  signals.onParticipantJoined.add((batch) => {
    for (const { participant } of [batch].flat()) heard.participants.push(participant);
  });
  signals.onParticipantLeft.add((batch) => {
    const gone = [batch].flat().map(({ participant }) => participant.uuid);
    heard.participants = heard.participants.filter((p) => !gone.includes(p.uuid));
  });
  signals.onError.add((error) => heard.errors.push(error));
  signals.onPinRequired.add((pin) => (heard.pin = pin));
  signals.onTokenRefreshed.add(() => heard.refreshed++);
  signals.onDisconnected.add((reason) => (heard.disconnected = reason));
  const call = (pin) =>
    client.call({
      conferenceAlias: alias, displayName: name, host, pin, callType: 0, bandwidth: 0, mediaStream: undefined,
    });
  return { name, client, heard, call };
}

async function until(what, condition) {
  for (let waited = 0; waited < WAIT_MS; waited += 20) {
    if (condition()) return tell(`ok: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not within ${WAIT_MS / 1000} s: ${what}`);
}

const names = (p) => p.heard.participants.map((q) => q.displayName).sort().join(', ');

async function closed() {
  const ann = person('Ann');
  const answer = await ann.call();
  assert.equal(answer.status, 404);
  await until('no such conference', () => ann.heard.errors.length === 1);
  assert.equal(ann.heard.errors[0].error, 'Neither conference nor gateway found');
}

async function withPin() {
  const ann = person('Ann');
  assert.equal((await ann.call()).status, 403);
  await until('asked for the PIN', () => ann.heard.pin?.hasHostPin === true);
  assert.equal((await ann.call('98765')).status, 403);
  await until('a wrong PIN is refused', () => ann.heard.errors[0]?.error === 'Invalid PIN');
  assert.equal((await ann.call(values.pin)).status, 200);
  await until('in with the PIN', () => names(ann) === 'Ann');
  await ann.client.disconnect({ reason: 'User initiated' });
}

async function ended() {
  const ann = person('Ann');
  assert.equal((await ann.call()).status, 200);
  await until('sees itself', () => names(ann) === 'Ann');
  await until('shown out', () => ann.heard.disconnected !== undefined);
  assert.equal(ann.heard.disconnected.error, 'Conference terminated by an administrator');
}

async function meet() {
  const ann = person('Ann');
  const answer = await ann.call();
  assert.equal(answer.status, 200);
  await until('sees itself', () => names(ann) === 'Ann');
  const me = ann.heard.participants[0];
  assert.equal(me.uuid, answer.data.result.participant_uuid);
  assert.equal(me.isHost, true);
  await until('refreshes its token', () => ann.heard.refreshed > 0);

  // The library keeps its events in one place: a second client in this process would hear for both.
  const { result } = await (await fetch(
    `${host}/api/client/v2/conferences/${encodeURIComponent(alias)}/request_token`,
    { method: 'POST', body: JSON.stringify({ display_name: 'Bob' }) },
  )).json();
  await until('sees another one come', () => names(ann) === 'Ann, Bob');
  await fetch(`${host}/api/client/v2/conferences/${encodeURIComponent(alias)}/release_token`, {
    method: 'POST', headers: { token: result.token },
  });
  await until('sees him leave', () => names(ann) === 'Ann');
  await ann.client.disconnect({ reason: 'User initiated' });
  const late = await fetch(`${host}/api/client/v2/conferences/${encodeURIComponent(alias)}/refresh_token`, {
    method: 'POST', headers: { token: answer.data.result.token },
  });
  assert.equal(late.status, 403);
  tell('ok: its token is worth nothing after leaving');
}

try {
  await (values.closed ? closed() : values.ended ? ended() : values.pin ? withPin() : meet());
  tell('joined with an independent client: as it should be');
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
