/** One visit to one room, over the client API. Knows nothing of the page. */

import { readEvents } from '../shared/events';

export interface Participant {
  uuid: string;
  name: string;
  host: boolean;
  waiting: boolean;
  since: number; // seconds since 1970
}

export type Entry =
  | { kind: 'in'; uuid: string; room: string }
  | { kind: 'pin'; guestsMayEnterWithout: boolean; wrong: boolean }
  | { kind: 'full' }
  | { kind: 'unknown' }
  | { kind: 'broken' } // the server, or the proxy in front of it, says so
  | { kind: 'unreachable' };

export interface Watcher {
  participants(list: Participant[]): void;
  /** The visit is over without our doing. */
  ended(reason: string): void;
  /** The connection to the server is lost and looked for, or found again. */
  connection(up: boolean): void;
}

const RETRY_MS = [500, 1000, 2000, 4000, 8000];

export class Meeting {
  private token = '';
  private refreshTimer = 0;
  private readonly stop = new AbortController();
  private readonly people = new Map<string, Participant>();
  private syncing: Map<string, Participant> | undefined;

  constructor(
    readonly alias: string,
    private readonly watcher: Watcher,
  ) {}

  private url(action: string): string {
    return `/api/client/v2/conferences/${encodeURIComponent(this.alias)}/${action}`;
  }

  private post(action: string, body: object, headers: Record<string, string>): Promise<Response> {
    return fetch(this.url(action), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
      cache: 'no-store',
      keepalive: action === 'release_token', // also when the page is being closed
    });
  }

  /** pin: '' for none on purpose (a guest), undefined while nobody has been asked. */
  async enter(name: string, pin: string | undefined): Promise<Entry> {
    let answer: Response;
    try {
      const headers: Record<string, string> = pin === undefined ? {} : { pin: pin || 'none' };
      answer = await this.post('request_token', { display_name: name }, headers);
    } catch {
      return { kind: 'unreachable' };
    }
    const said: { result?: unknown } = await answer.json().catch(() => ({}));
    const result = said.result as Record<string, string> | string | undefined;
    if (answer.ok && typeof result === 'object') return this.start(result);
    if (answer.status === 404) return { kind: 'unknown' };
    if (answer.status !== 403 || result === undefined) return { kind: 'broken' };
    if (typeof result === 'object')
      return { kind: 'pin', guestsMayEnterWithout: result['guest_pin'] !== 'required', wrong: false };
    if (result === 'Participant limit reached') return { kind: 'full' };
    return { kind: 'pin', guestsMayEnterWithout: false, wrong: true };
  }

  private start(result: Record<string, string>): Entry {
    this.token = result['token'] ?? '';
    const refreshMs = (Number(result['expires']) * 1000) / 3;
    this.refreshTimer = window.setInterval(() => void this.refresh(), refreshMs);
    void this.listen();
    return { kind: 'in', uuid: result['participant_uuid'] ?? '', room: result['conference_name'] ?? '' };
  }

  private async refresh(): Promise<void> {
    const answer = await this.post('refresh_token', {}, { token: this.token }).catch(() => undefined);
    if (answer?.status === 403) this.end('');
  }

  private async listen(): Promise<void> {
    for (let attempt = 0; !this.stop.signal.aborted; attempt++) {
      const status = await readEvents(
        this.url('events'),
        { token: this.token },
        (name, data) => {
          attempt = 0;
          this.watcher.connection(true);
          this.event(name, data);
        },
        this.stop.signal,
      ).catch(() => 0);
      if (this.stop.signal.aborted) return;
      if (status === 403) return this.end('');
      this.watcher.connection(false);
      const pause = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)];
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  private event(name: string, data: unknown): void {
    const about = (data ?? {}) as Record<string, unknown>;
    switch (name) {
      case 'participant_sync_begin':
        this.syncing = new Map();
        return;
      case 'participant_sync_end':
        this.people.clear();
        this.syncing?.forEach((p) => this.people.set(p.uuid, p));
        this.syncing = undefined;
        break;
      case 'participant_create':
      case 'participant_update':
        (this.syncing ?? this.people).set(String(about['uuid']), participant(about));
        break;
      case 'participant_delete':
        this.people.delete(String(about['uuid']));
        break;
      case 'disconnect':
        return this.end(String(about['reason'] ?? ''));
      default:
        return;
    }
    if (!this.syncing) this.watcher.participants([...this.people.values()]);
  }

  private close(): boolean {
    if (this.stop.signal.aborted) return false;
    this.stop.abort();
    window.clearInterval(this.refreshTimer);
    return true;
  }

  private end(reason: string): void {
    if (this.close()) this.watcher.ended(reason);
  }

  async leave(): Promise<void> {
    if (!this.close() || !this.token) return;
    await this.post('release_token', { reason: 'User left' }, { token: this.token }).catch(() => undefined);
  }
}

function participant(about: Record<string, unknown>): Participant {
  return {
    uuid: String(about['uuid']),
    name: String(about['display_name'] ?? ''),
    host: about['role'] === 'chair',
    waiting: about['service_type'] === 'waiting_room',
    since: Number(about['start_time'] ?? 0),
  };
}
