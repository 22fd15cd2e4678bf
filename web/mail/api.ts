/** The emulator's JSON interface for this page (emulator/webmail.h). Instants are RFC 3339, UTC. */

export interface Address {
  name: string | null;
  smtp: string;
}

export interface Attendee extends Address {
  response: 'Unknown' | 'Organizer' | 'Tentative' | 'Accept' | 'Decline' | 'NoResponseReceived';
}

export interface User {
  user: string;
  name: string;
  smtp: string;
  delegate_of: { smtp: string; name: string }[];
}

export interface Zone {
  windows: string;
  iana: string;
}

export interface Settings {
  users: User[];
  equipment: { smtp: string; name: string }[];
  zones: Zone[];
  addin: { url: string | null; audience: string | null; sso: AccessWish | null };
}

/** Which access token of Entra is wanted. */
export interface AccessWish {
  tenant: string;
  audience: string;
  client: string;
  scope: string;
}

export interface Entry {
  id: string;
  subject: string;
  location: string;
  kind: 'single' | 'master' | 'occurrence' | 'exception';
  zone: string;
  start: string;
  end: string;
  organizer: Address;
  own: boolean;
  cancelled: boolean;
  sent: boolean;
  my_response: string;
}

export interface Message {
  id: string;
  type: 'Message' | 'MeetingRequest' | 'MeetingResponse' | 'MeetingCancellation' | 'CalendarItem';
  class: string;
  subject: string;
  from: Address;
  sender: Address;
  received: string | null;
  is_read: boolean;
  is_out_of_date: boolean;
  preview: string;
}

export interface Recurrence {
  pattern: 'daily' | 'weekly' | 'monthly' | 'yearly' | 'other';
  interval: number;
  weekdays: string[];
  end_date: string | null;
  count: number;
}

export interface Item extends Entry, Message {
  change_key: string;
  folder: string;
  body: { content: string; text: string; html: boolean };
  start_local: string | null; // wall clock in the item's zone
  end_local: string | null;
  required: Attendee[];
  optional: Attendee[];
  resources: Attendee[];
  to: Attendee[];
  recurrence: Recurrence | null;
  master_id: string | null;
  addin_properties: Record<string, unknown>;
}

export interface Saved {
  id: string;
  change_key: string;
}

/** What of an item is to be set; what is absent stays as it is. */
export interface Wish {
  id?: string;
  change_key?: string;
  send: boolean;
  subject: string;
  body: string;
  html: boolean;
  start: string; // wall clock in zone
  end: string;
  zone: string;
  location: string;
  required: string[];
  optional: string[];
  resources?: string[];
  recurrence?: Recurrence | null;
  addin_properties: Record<string, unknown>;
}

async function request<T>(path: string, init?: RequestInit): Promise<T> {
  const answer = await fetch(`api/${path}`, { cache: 'no-store', ...init });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error ?? answer.statusText);
  return value as T;
}

export function settings(): Promise<Settings> {
  return request('settings');
}

/** Changes whenever anything in the emulated Exchange does. */
export async function version(): Promise<number> {
  return (await request<{ version: number }>('state')).version;
}

/** One user's view, of the own mailbox or of one that the user acts for. */
export class Mailbox {
  constructor(
    readonly user: User,
    readonly smtp = user.smtp,
  ) {}

  get name(): string {
    return this.user.delegate_of.find((m) => m.smtp === this.smtp)?.name ?? this.user.name;
  }

  private get<T>(path: string, parameters: Record<string, string> = {}): Promise<T> {
    return request(`${path}?${new URLSearchParams({ user: this.user.user, mailbox: this.smtp, ...parameters })}`);
  }

  private post<T>(path: string, wish: object): Promise<T> {
    return request(path, { method: 'POST', body: JSON.stringify({ user: this.user.user, mailbox: this.smtp, ...wish }) });
  }

  calendar(from: Date, to: Date): Promise<Entry[]> {
    return this.get('calendar', { from: from.toISOString(), to: to.toISOString() });
  }

  messages(folder: string): Promise<Message[]> {
    return this.get('messages', { folder });
  }

  item(id: string): Promise<Item> {
    return this.get('item', { id });
  }

  save(wish: Wish): Promise<Saved> {
    return this.post('save', wish);
  }

  cancel(item: Saved, tell: boolean, text: string): Promise<void> {
    return this.post('cancel', { id: item.id, change_key: item.change_key, tell, text });
  }

  answer(item: Saved, answer: string): Promise<void> {
    return this.post('answer', { id: item.id, change_key: item.change_key, answer });
  }

  markRead(id: string): Promise<void> {
    return this.post('read', { id });
  }

  async accessToken(wish: AccessWish & { expires_in?: number; not_before_in?: number }): Promise<string> {
    return (await this.post<{ token: string }>('access_token', wish)).token;
  }

  async token(wish: object): Promise<string> {
    return (await this.post<{ token: string }>('token', wish)).token;
  }
}
