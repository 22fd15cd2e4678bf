/** Whether Outlook is there, new enough, and shows a meeting that is being planned. */

import { isSupported } from './outlook';

export type Host = 'meeting' | 'not_outlook' | 'not_meeting' | 'too_old';

const BASELINE = '1.5'; // of the requirement set Mailbox: what Exchange Server offers

/**
 * Resolves when the whole page is there. The pages' own scripts do not wait for office.js, which
 * stands last: the pane shows itself while that is still on its way.
 */
export function pageLoaded(): Promise<void> {
  if (document.readyState !== 'loading') return Promise.resolve();
  return new Promise((resolve) => document.addEventListener('DOMContentLoaded', () => resolve()));
}

/** Waits for Office; boot.js speaks up when that takes too long. */
export async function host(): Promise<Host> {
  await pageLoaded();
  if (typeof Office === 'undefined') return 'not_outlook';
  const info = await Office.onReady();
  if (info.host !== Office.HostType.Outlook || !Office.context.mailbox) return 'not_outlook';
  if (!isSupported('Mailbox', BASELINE)) return 'too_old';
  const item = Office.context.mailbox.item as Office.AppointmentCompose | undefined;
  return typeof item?.body?.prependAsync === 'function' &&
    item.requiredAttendees &&
    typeof item.requiredAttendees.addAsync === 'function'
    ? 'meeting'
    : 'not_meeting';
}

export function meetingItem(): Office.AppointmentCompose {
  return Office.context.mailbox.item as unknown as Office.AppointmentCompose;
}

declare global {
  interface Window {
    vmrdStarted?: boolean; // tells boot.js to keep quiet
  }
}
