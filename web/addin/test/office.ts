/** As much of Office as the modules under test call, with its habit of answering later. */

import { vi } from 'vitest';

export type Answer = {
  value?: unknown;
  error?: { code: number; name: string; message: string };
  silent?: boolean;
};

/** Puts an Office into the window whose answers come from `answers`, by name of the call. */
export function fakeOffice(answers: Record<string, Answer> = {}) {
  const calls: [string, ...unknown[]][] = [];
  const method =
    (name: string) =>
    (...args: unknown[]) => {
      const callback = args.pop() as (result: unknown) => void;
      calls.push([name, ...args]);
      const { value, error, silent } = answers[name] ?? {};
      if (silent) return;
      setTimeout(() =>
        callback(error ? { status: 'failed', error } : { status: 'succeeded', value }),
      );
    };
  const recipients = (list: string) => ({
    getAsync: method(`${list}.get`),
    addAsync: method(`${list}.add`),
    setAsync: method(`${list}.set`),
  });
  const item = {
    body: {
      getTypeAsync: method('type'),
      getAsync: method('body.get'),
      prependAsync: method('body.prepend'),
      setAsync: method('body.set'),
    },
    requiredAttendees: recipients('required'),
    optionalAttendees: recipients('optional'),
    location: { getAsync: method('location.get'), setAsync: method('location.set') },
    organizer: { getAsync: method('organizer') },
    getSharedPropertiesAsync: method('shared'),
    loadCustomPropertiesAsync: method('properties'),
  };
  const office = {
    AsyncResultStatus: { Failed: 'failed', Succeeded: 'succeeded' },
    CoercionType: { Html: 'html', Text: 'text' },
    EventType: { DialogMessageReceived: 'message', DialogEventReceived: 'event' },
    HostType: { Outlook: 'Outlook' },
    auth: undefined as unknown,
    onReady: async () => ({ host: 'Outlook' }),
    context: {
      requirements: {
        isSetSupported: (set: string, version: string) =>
          set === 'Mailbox' && Number(version.split('.')[1]) <= 5,
      },
      mailbox: {
        item,
        userProfile: {
          emailAddress: 'me@example.com',
          accountType: undefined as string | undefined,
        },
        getUserIdentityTokenAsync: method('token'),
      },
      ui: { displayDialogAsync: method('dialog') },
    },
  };
  vi.stubGlobal('Office', office);
  return { office, item: item as unknown as Office.AppointmentCompose, calls };
}
