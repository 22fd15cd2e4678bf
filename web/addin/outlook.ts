/**
 * Outlook, as far as the pane needs it: promises over Office's callbacks, its errors as Failures, a
 * limit of time on each call. Everything here is in requirement set Mailbox 1.5 unless it is asked
 * for with isSetSupported first.
 */

import { Failure, failure, type FailureCode } from './failure';
import type { Log } from './log';

export type BodyType = 'html' | 'text';
export type List = 'required' | 'optional';
export interface Person {
  name: string;
  email: string;
}

export const CALL_MS = 30000; // one call of Office
const SEND_MAX = 100; // attendees that one call of setAsync takes
const NOTE = 'vmrd';

export interface Outlook {
  bodyType(): Promise<BodyType>;
  body(type: BodyType): Promise<string>;
  prepend(text: string, type: BodyType): Promise<void>;
  setBody(text: string, type: BodyType): Promise<void>;
  attendees(list: List): Promise<Person[]>;
  addAttendee(list: List, person: Person): Promise<void>;
  /** Takes one out by address; what else is in the list stays. */
  removeAttendee(list: List, email: string): Promise<void>;
  location(): Promise<string>;
  setLocation(text: string): Promise<void>;
  /** A text kept with the meeting; empty when there is none. */
  note(): Promise<string>;
  setNote(text: string): Promise<void>;
  /** Whose calendar this is, when it is not the user's own and Outlook can tell. */
  owner(): Promise<string>;
}

type Callback<T> = (result: Office.AsyncResult<T>) => void;

/** Office's result as a promise. */
export function call<T>(
  code: FailureCode,
  name: string,
  log: Log,
  start: (callback: Callback<T>) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const fail = (detail: string) => {
      log.add(`${name}: ${detail}`);
      reject(new Failure(code, detail));
    };
    const timer = setTimeout(() => fail(`no answer within ${CALL_MS / 1000} s`), CALL_MS);
    const done: Callback<T> = (result) => {
      clearTimeout(timer);
      if (result.status === Office.AsyncResultStatus.Failed) {
        const error = result.error;
        fail(`${error?.name ?? 'error'} ${error?.code ?? ''}: ${error?.message ?? ''}`);
      } else {
        log.add(`${name}: ok`);
        resolve(result.value);
      }
    };
    try {
      start(done);
    } catch (thrown) {
      clearTimeout(timer);
      fail(failure(thrown, code).detail);
    }
  });
}

export function isSupported(set: string, version: string): boolean {
  return Office.context.requirements?.isSetSupported(set, version) ?? false;
}

const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

export function outlookOf(item: Office.AppointmentCompose, log: Log): Outlook {
  const coercion = (type: BodyType) =>
    type === 'html' ? Office.CoercionType.Html : Office.CoercionType.Text;
  const recipients = (list: List) =>
    list === 'required' ? item.requiredAttendees : item.optionalAttendees;
  const fetched = (list: List) =>
    call<Office.EmailAddressDetails[]>('attendee', `${list} attendees`, log, (done) =>
      recipients(list).getAsync(done),
    );
  const properties = () =>
    call<Office.CustomProperties>('body', 'note', log, (done) =>
      item.loadCustomPropertiesAsync(done),
    );

  return {
    bodyType: async () => {
      const type = await call<Office.CoercionType>('body', 'type of body', log, (done) =>
        item.body.getTypeAsync(done),
      );
      return type === Office.CoercionType.Text ? 'text' : 'html';
    },
    body: (type) =>
      call<string>('body', 'body', log, (done) => item.body.getAsync(coercion(type), done)),
    prepend: (text, type) =>
      call<void>('insert', 'insertion', log, (done) =>
        item.body.prependAsync(text, { coercionType: coercion(type) }, done),
      ),
    setBody: (text, type) =>
      call<void>('remove', 'rest of body', log, (done) =>
        item.body.setAsync(text, { coercionType: coercion(type) }, done),
      ),
    attendees: async (list) =>
      (await fetched(list)).map((p) => ({ name: p.displayName, email: p.emailAddress })),
    addAttendee: (list, { name, email }) =>
      call<void>('attendee', `new ${list} attendee`, log, (done) =>
        recipients(list).addAsync([{ displayName: name || email, emailAddress: email }], done),
      ),
    removeAttendee: async (list, email) => {
      const before = await fetched(list);
      const rest = before.filter((p) => !same(p.emailAddress, email));
      if (rest.length === before.length) return;
      if (rest.length > SEND_MAX) throw new Failure('remove-attendee', `more than ${SEND_MAX}`);
      await call<void>('remove-attendee', `rest of ${list} attendees`, log, (done) =>
        recipients(list).setAsync(
          rest.map(({ displayName, emailAddress }) => ({ displayName, emailAddress })),
          done,
        ),
      );
    },
    location: () => call<string>('body', 'location', log, (done) => item.location.getAsync(done)),
    setLocation: (text) =>
      call<void>('insert', 'new location', log, (done) => item.location.setAsync(text, done)),
    note: async () => String((await properties()).get(NOTE) ?? ''),
    setNote: async (text) => {
      const kept = await properties();
      if (text) kept.set(NOTE, text);
      else kept.remove(NOTE);
      await call<void>('body', 'new note', log, (done) => kept.saveAsync(done));
    },
    owner: () => ownerOf(item, log),
  };
}

/** The meeting's organiser, when that is somebody else and this Outlook can tell. */
async function ownerOf(item: Office.AppointmentCompose, log: Log): Promise<string> {
  if (isSupported('Mailbox', '1.8')) {
    try {
      const shared = await call<Office.SharedProperties>('body', 'shared folder', log, (done) =>
        item.getSharedPropertiesAsync(done),
      );
      return shared.owner || shared.targetMailbox;
    } catch {
      return ''; // fails for everything that is not in a shared folder or mailbox
    }
  }
  if (!isSupported('Mailbox', '1.7')) return '';
  const organizer = await call<Office.EmailAddressDetails>('body', 'organiser', log, (done) =>
    item.organizer.getAsync(done),
  );
  const me = Office.context.mailbox.userProfile.emailAddress;
  if (!organizer.emailAddress || same(organizer.emailAddress, me)) return '';
  return organizer.displayName || organizer.emailAddress;
}
