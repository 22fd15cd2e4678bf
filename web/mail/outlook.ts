/**
 * Outlook's side of Office.js: answers the calls of the add-in in the frame for one appointment
 * that is being written.
 *
 * Calls are answered in their order and never at once, as in Outlook. What fails, fails with
 * Office's codes.
 */

import type { AccessWish, Mailbox } from './api';
import { CHANNEL, OfficeError, type Context, type Notice, type Person, type Reply, type Request } from './channel';
import { controls } from './controls';
import { asDocument, asText, escapeText, rewrite } from './rewrite';

const LOCATION_MAX = 255;
const SUBJECT_MAX = 255;
const RECIPIENTS_MAX = 100; // of one addAsync
const BODY_MAX = 1_000_000;
const SLOWEST_SAVE_MS = 5000;

export type Field = 'subject' | 'location';
export type Role = 'requiredAttendees' | 'optionalAttendees';
type Properties = Record<string, unknown>;

/** The appointment in the form. */
export interface Appointment {
  readonly mailbox: Mailbox;
  getText(field: Field): string;
  setText(field: Field, value: string): void;
  getPeople(role: Role): Person[];
  setPeople(role: Role, people: Person[]): void;
  getTime(which: 'start' | 'end'): Date;
  setTime(which: 'start' | 'end', time: Date): void;
  readonly isHtml: boolean;
  getBody(): string; // as it stands in the editor: HTML of a piece, or plain text
  setBody(content: string): void;
  /** At the cursor, or at the top where there is none. */
  insert(content: string, where: 'cursor' | 'top'): void;
  save(): Promise<string>; // its id
  close(): void;
  customProperties: Properties;
  windowsZone: string;
}

const THEMES = {
  light: { bodyBackgroundColor: '#FFFFFF', bodyForegroundColor: '#242424', controlBackgroundColor: '#F5F5F5', controlForegroundColor: '#242424', isDarkTheme: false },
  dark: { bodyBackgroundColor: '#292929', bodyForegroundColor: '#FFFFFF', controlBackgroundColor: '#1F1F1F', controlForegroundColor: '#FFFFFF', isDarkTheme: true },
} as const;

/** msal-browser's request, as far as it is looked at. */
interface NestedParams {
  clientId: string;
  authority?: string; // absent: that of the user
  scope: string;
}

const STRANGER = '0a1b2c3d-0000-4000-8000-00000000dead'; // another tenant
const ACCESS_TOKEN_S = 3600;

/** "https://login.../<tenant>" and "openid api://<application>/<scope>" */
function nestedWish({ clientId, authority, scope }: NestedParams, own: string): AccessWish {
  const tenant = (authority && new URL(authority).pathname.split('/').filter(Boolean).pop()) ?? own;
  const resource = scope.split(' ').find((s) => s.includes('/')) ?? '';
  const cut = resource.lastIndexOf('/');
  const audience = resource.slice(0, cut).split('/').pop() ?? '';
  return { tenant, audience, client: clientId, scope: resource.slice(cut + 1) };
}

function unsigned(claims: object): string {
  const part = (value: object): string =>
    btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(value)))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
  return `${part({ typ: 'JWT', alg: 'none' })}.${part(claims)}.`;
}

function invalid(message: string): OfficeError {
  return new OfficeError(9024, 'InvalidParameter', message);
}

function tooLarge(message: string): OfficeError {
  return new OfficeError(9009, 'DataExceedsMaximumSize', message);
}

function people(value: unknown): Person[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.length > RECIPIENTS_MAX)
    throw new OfficeError(9012, 'NumberOfRecipientsExceeded', 'Too many recipients in one call.');
  return list.map((one) => {
    const emailAddress = typeof one === 'string' ? one : (one as Person | null)?.emailAddress;
    if (typeof emailAddress !== 'string' || !emailAddress) throw invalid('A recipient has no address.');
    return { emailAddress, displayName: (one as Person).displayName ?? emailAddress };
  });
}

function details(person: Person): Properties {
  return { ...person, recipientType: 'user', appointmentResponse: 'none' };
}

/** Roaming settings stay with the user, on this machine. */
const roaming = {
  key: (mailbox: Mailbox): string => `emulator.roaming.${mailbox.user.user}`,
  get(mailbox: Mailbox): Properties {
    return JSON.parse(localStorage.getItem(this.key(mailbox)) ?? '{}') as Properties;
  },
  set(mailbox: Mailbox, values: unknown): void {
    localStorage.setItem(this.key(mailbox), JSON.stringify(values));
  },
};

export class Outlook {
  private readonly sessionData = new Map<string, string>();
  private queue: Promise<void> = Promise.resolve();
  private notifications: Properties = {};
  /** The calls so far, for tests. */
  readonly log: string[] = [];

  constructor(
    private readonly frame: HTMLIFrameElement,
    private readonly origin: string,
    private readonly appointment: Appointment,
    private readonly sso: AccessWish | null,
    private readonly showNotification: (texts: string[]) => void,
  ) {
    addEventListener('message', this.heard);
  }

  end(): void {
    removeEventListener('message', this.heard);
  }

  private readonly heard = (event: MessageEvent): void => {
    if (event.source !== this.frame.contentWindow || event.origin !== this.origin) return;
    const request = event.data as Request;
    if (request?.channel !== CHANNEL || typeof request.call !== 'string') return;
    const arrived = request.call === 'context' ? undefined : new Promise((done) => setTimeout(done, controls.delay));
    this.queue = this.queue.then(() => arrived).then(() => this.answer(request));
  };

  private post(message: Reply | Notice): void {
    this.frame.contentWindow?.postMessage(message, this.origin);
  }

  notify(event: string, data: Properties = {}): void {
    this.post({ channel: CHANNEL, event, data });
  }

  private async answer({ id, call, args }: Request): Promise<void> {
    this.log.push(call);
    try {
      this.post({ channel: CHANNEL, id, value: await this.perform(call, args) });
    } catch (error) {
      const known = error instanceof OfficeError ? error : new OfficeError(5001, 'InternalError', String(error));
      this.post({ channel: CHANNEL, id, error: known.data() });
    }
  }

  private async perform(call: string, args: unknown[]): Promise<unknown> {
    if (call === controls.fail)
      throw new OfficeError(5001, 'InternalError', 'An internal error has occurred.');
    const work = this.calls[call];
    if (!work) throw new OfficeError(5000, 'UnsupportedOperation', `${call} is not there.`);
    return work(...(args as never[]));
  }

  private context(): Context {
    const { mailbox, windowsZone } = this.appointment;
    const { name, smtp } = mailbox.user;
    return {
      mailboxVersion: controls.mailbox,
      displayLanguage: controls.language,
      theme: THEMES[controls.theme],
      user: { name, smtp, timeZone: windowsZone },
      accountType: controls.mailbox === '1.5' ? 'enterprise' : 'office365',
      shared: mailbox.smtp !== smtp,
      roaming: roaming.get(mailbox),
    };
  }

  private async token(): Promise<string> {
    const wishes = {
      valid: {},
      expired: { expires_in: -7200, not_before_in: -36000 },
      stranger: { amurl: 'https://exchange.stranger.example/autodiscover/metadata/json/1' },
    };
    if (controls.token === 'none')
      throw new OfficeError(9018, 'GenericTokenError', 'The token could not be retrieved.');
    return this.appointment.mailbox.token(wishes[controls.token]);
  }

  private accessToken(wish: AccessWish): Promise<string> {
    if (controls.token === 'none') throw new OfficeError(13001, 'UserNotSignedIn', 'The user is not signed in.');
    const { mailbox } = this.appointment;
    if (controls.token === 'expired') return mailbox.accessToken({ ...wish, expires_in: -7200, not_before_in: -36000 });
    return mailbox.accessToken(controls.token === 'stranger' ? { ...wish, tenant: STRANGER } : wish);
  }

  /** What msal-browser wants of its host. */
  private async nested(params: NestedParams): Promise<object> {
    const wish = nestedWish(params, this.sso?.tenant ?? 'common');
    const { smtp, name } = this.appointment.mailbox.user;
    const claims = { ver: '2.0', aud: wish.client, tid: wish.tenant, oid: smtp, sub: smtp, preferred_username: smtp, name };
    return {
      token: {
        access_token: await this.accessToken(wish),
        id_token: unsigned(claims), // for show: nobody checks it
        expires_in: ACCESS_TOKEN_S,
        scope: params.scope,
      },
      account: { homeAccountId: `${smtp}.${wish.tenant}`, environment: 'localhost', tenantId: wish.tenant, username: smtp, localAccountId: smtp, name },
    };
  }

  /** The body in the form asked for. */
  private body(wanted: unknown): string {
    const { appointment } = this;
    const content = appointment.getBody();
    if (!appointment.isHtml) return wanted === 'html' ? `<html><body>${escapeText(content)}</body></html>` : content;
    return wanted === 'html' ? asDocument(content, controls.rewriting) : asText(content);
  }

  /** What an add-in hands over, as the editor takes it in. */
  private incoming(data: unknown, options: unknown): string {
    const coercion = (options as { coercionType?: string } | undefined)?.coercionType ?? 'text';
    if (typeof data !== 'string') throw invalid('The data must be a text.');
    if (data.length > BODY_MAX) throw tooLarge('The data is longer than 1,000,000 characters.');
    if (coercion === 'html' && !this.appointment.isHtml)
      throw new OfficeError(9002, 'InvalidFormatError', 'The body is plain text.');
    if (!this.appointment.isHtml) return data;
    return rewrite(coercion === 'html' ? data : escapeText(data), controls.rewriting);
  }

  private text(field: Field, max: number): Record<string, (...args: never[]) => unknown> {
    return {
      [`${field}.getAsync`]: () => this.appointment.getText(field),
      [`${field}.setAsync`]: (value: unknown) => {
        if (typeof value !== 'string') throw invalid(`The ${field} must be a text.`);
        if (value.length > max) throw tooLarge(`The ${field} is longer than ${max} characters.`);
        this.appointment.setText(field, value);
      },
    };
  }

  private time(which: 'start' | 'end'): Record<string, (...args: never[]) => unknown> {
    return {
      [`${which}.getAsync`]: () => this.appointment.getTime(which),
      [`${which}.setAsync`]: (value: unknown) => {
        if (!(value instanceof Date)) throw invalid('The time must be a date.');
        this.appointment.setTime(which, value);
      },
    };
  }

  private recipients(role: Role): Record<string, (...args: never[]) => unknown> {
    const { appointment } = this;
    return {
      [`${role}.getAsync`]: () => appointment.getPeople(role).map(details),
      [`${role}.setAsync`]: (value: unknown) => appointment.setPeople(role, people(value)),
      [`${role}.addAsync`]: (value: unknown) => {
        const present = appointment.getPeople(role);
        const fresh = people(value).filter(
          (p) => !present.some((q) => q.emailAddress.toLowerCase() === p.emailAddress.toLowerCase()),
        );
        appointment.setPeople(role, [...present, ...fresh]);
      },
    };
  }

  private notification(key: unknown, detail: unknown): void {
    this.notifications = { ...this.notifications, [String(key)]: detail };
    this.tellNotifications();
  }

  private tellNotifications(): void {
    this.showNotification(Object.values(this.notifications).map((n) => (n as { message: string }).message));
  }

  private readonly calls: Record<string, (...args: never[]) => unknown> = {
    context: () => this.context(),
    close: () => this.appointment.close(),
    ...this.text('subject', SUBJECT_MAX),
    ...this.text('location', LOCATION_MAX),
    ...this.time('start'),
    ...this.time('end'),
    ...this.recipients('requiredAttendees'),
    ...this.recipients('optionalAttendees'),
    'body.getTypeAsync': () => (this.appointment.isHtml ? 'html' : 'text'),
    'body.getAsync': (type: unknown) => this.body(type),
    'body.setAsync': (data: unknown, options: unknown) => this.appointment.setBody(this.incoming(data, options)),
    'body.prependAsync': (data: unknown, options: unknown) => this.appointment.insert(this.incoming(data, options), 'top'),
    'body.setSelectedDataAsync': (data: unknown, options: unknown) =>
      this.appointment.insert(this.incoming(data, options), 'cursor'),
    'organizer.getAsync': () => ({
      ...details({ displayName: this.appointment.mailbox.name, emailAddress: this.appointment.mailbox.smtp }),
      appointmentResponse: 'organizer',
    }),
    'recurrence.getAsync': () => null,
    'enhancedLocation.getAsync': () => {
      const text = this.appointment.getText('location');
      return text ? [{ locationIdentifier: { id: text, type: 'custom' }, displayName: text }] : [];
    },
    'enhancedLocation.addAsync': (list: { id: string }[]) => {
      const present = this.appointment.getText('location');
      this.appointment.setText('location', [present, ...list.map((l) => l.id)].filter(Boolean).join('; '));
    },
    'enhancedLocation.removeAsync': (list: { id: string }[]) => {
      const left = this.appointment.getText('location').split('; ').filter((l) => !list.some((r) => r.id === l));
      this.appointment.setText('location', left.join('; '));
    },
    saveAsync: async () => {
      const id = await this.appointment.save();
      await new Promise((done) => setTimeout(done, Math.min(controls.delay, SLOWEST_SAVE_MS)));
      return id;
    },
    getItemIdAsync: () => this.appointment.save(),
    getSharedPropertiesAsync: () => ({
      owner: this.appointment.mailbox.smtp,
      targetMailbox: this.appointment.mailbox.smtp,
      targetRestUrl: '',
      delegatePermissions: 63,
    }),
    'sessionData.getAsync': (name: string) => {
      if (!this.sessionData.has(name)) throw new OfficeError(9020, 'KeyNotFound', 'The specified key was not found.');
      return this.sessionData.get(name);
    },
    'sessionData.setAsync': (name: string, value: string) => void this.sessionData.set(name, value),
    'sessionData.removeAsync': (name: string) => void this.sessionData.delete(name),
    'customProperties.get': () => this.appointment.customProperties,
    'customProperties.set': (values: Properties) => {
      this.appointment.customProperties = values;
    },
    'roamingSettings.set': (values: unknown) => roaming.set(this.appointment.mailbox, values),
    'notificationMessages.addAsync': (key: unknown, detail: unknown) => this.notification(key, detail),
    'notificationMessages.replaceAsync': (key: unknown, detail: unknown) => this.notification(key, detail),
    'notificationMessages.removeAsync': (key: string) => {
      const { [key]: _, ...rest } = this.notifications;
      this.notifications = rest;
      this.tellNotifications();
    },
    'notificationMessages.getAllAsync': () => Object.values(this.notifications),
    'mailbox.getUserIdentityTokenAsync': () => this.token(),
    'auth.getAccessToken': () => {
      if (!this.sso) throw new OfficeError(13012, 'NotSupported', 'The add-in has no WebApplicationInfo.');
      return this.accessToken(this.sso);
    },
    'nested.getToken': (params: NestedParams) => this.nested(params),
  };
}
