/** The calls to the service, with its refusals and its failures told apart. */

import { Failure, type FailureCode } from './failure';
import type { Log } from './log';

export const REQUEST_MS = 30000; // one request
const RETRY_MS = 1000; // before the one repetition after a failed connection

export interface Details {
  room_name: string;
  room_email: string;
  alias_id: string;
  instructions: string;
  management_node_down?: boolean;
}

export interface Room {
  name: string;
  description: string;
  instructions: string;
  location: string;
}

export interface Rooms {
  signed_in: boolean;
  rooms: Room[];
}

export interface Server {
  details(token: string, key: string): Promise<Details>;
  rooms(token: string): Promise<Rooms>;
  /** Where to send the window in which the user signs in. */
  signIn(token: string): Promise<string>;
  /** Ends the sign-in, with the code that the window has brought. */
  signedIn(token: string, code: string): Promise<void>;
  signOut(token: string): Promise<void>;
}

/** The token's time, not the licence's, of which the service uses the same words. */
const TOKEN_TIME = /^Invalid Token: .*not valid (?:until|after)/i;

function refusal(status: number, sentence: string): FailureCode {
  if (status === 429) return 'busy';
  if (TOKEN_TIME.test(sentence)) return 'clock';
  return status >= 500 ? 'server' : 'refused';
}

const isText = (value: unknown): value is string => typeof value === 'string';

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Checks that an answer has the texts that it must have. */
function texts<T>(value: unknown, ...names: (keyof T & string)[]): T {
  if (!isRecord(value) || !names.every((name) => isText(value[name])))
    throw new Failure('answer', `the answer has no ${names.join(', ')}`);
  return value as T;
}

/** `base`: the add-in's address, ending in "/". */
export function serverAt(base: string, version: string, log: Log, fetcher = fetch): Server {
  async function once(method: string, path: string, headers: Record<string, string>) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), REQUEST_MS);
    try {
      const response = await fetcher(base + path, {
        method,
        headers: {
          Accept: 'application/json',
          ...(version && { 'X-Manifest-Version': version }),
          ...headers,
        },
        credentials: 'omit',
        cache: 'no-store',
        signal: stop.signal,
      });
      return { response, body: await response.text() };
    } catch (thrown) {
      const why = stop.signal.aborted ? `no answer within ${REQUEST_MS / 1000} s` : String(thrown);
      log.add(`${method} ${path}: ${why}`);
      throw new Failure('network', why);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asked again once when the connection failed; the idempotency key makes that harmless. */
  async function twice(method: string, path: string, headers: Record<string, string>) {
    try {
      return await once(method, path, headers);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return once(method, path, headers);
    }
  }

  async function ask(
    method: string,
    path: string,
    headers: Record<string, string>,
  ): Promise<unknown> {
    const { response, body } = await twice(method, path, headers);
    const correlation = response.headers.get('X-Correlation-Id') ?? '';
    log.add(`${method} ${path}: ${response.status} ${correlation}`);
    let answer: unknown;
    try {
      answer = JSON.parse(body);
    } catch {
      throw new Failure(
        'answer',
        `the service answered with status ${response.status}`,
        correlation,
      );
    }
    if (response.ok && isRecord(answer) && answer['status'] === 'success') return answer['result'];
    const sentence = isRecord(answer) && isText(answer['result']) ? answer['result'] : '';
    log.add(sentence || 'a failure without a sentence');
    throw new Failure(refusal(response.status, sentence), sentence, correlation);
  }

  return {
    details: async (token, key) =>
      texts<Details>(
        await ask('GET', 'meeting_details', { token, 'Idempotency-Key': key }),
        'room_name',
        'room_email',
        'alias_id',
        'instructions',
      ),
    rooms: async (token) => {
      const result = await ask('GET', 'personal_vmrs', { token });
      if (!isRecord(result)) throw new Failure('answer', 'the answer has no rooms');
      const rooms = Array.isArray(result['rooms']) ? result['rooms'] : [];
      return {
        signed_in: result['signed_in'] === true,
        rooms: rooms.map((room) =>
          texts<Room>(room, 'name', 'description', 'instructions', 'location'),
        ),
      };
    },
    signIn: async (token) =>
      texts<{ url: string }>(await ask('POST', 'sign_in', { token }), 'url').url,
    signedIn: async (token, code) => {
      await ask('POST', 'signed_in', { token, code });
    },
    signOut: async (token) => {
      await ask('POST', 'sign_out', { token });
    },
  };
}

/** An idempotency key: the service answers the same key with the same room. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}
