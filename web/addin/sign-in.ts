/** The sign-in window: opened by Office, closed when its page says that it is done. */

import { Failure } from './failure';
import type { Log } from './log';

const CLOSED = 12006; // by the user
const BLOCKED = [12007, 12009, 12011]; // another dialog is open; refused by the user; by the browser

/** Resolves when the user has signed in. */
export function signInAt(url: string, log: Log): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (code: 'sign-in' | 'popup', detail: string) => {
      log.add(`sign-in: ${detail}`);
      reject(new Failure(code, detail));
    };
    Office.context.ui.displayDialogAsync(url, { height: 60, width: 30 }, (opened) => {
      if (opened.status === Office.AsyncResultStatus.Failed) {
        const { code, message } = opened.error;
        return fail(BLOCKED.includes(code) ? 'popup' : 'sign-in', `${code} ${message}`);
      }
      const dialog = opened.value;
      dialog.addEventHandler(Office.EventType.DialogMessageReceived, (event) => {
        dialog.close();
        const message = 'message' in event ? event.message : '';
        if (message === 'signed-in') resolve();
        else fail('sign-in', message.replace(/^failed: /, ''));
      });
      dialog.addEventHandler(Office.EventType.DialogEventReceived, (event) => {
        const code = 'error' in event ? event.error : 0;
        fail('sign-in', code === CLOSED ? '' : `${code}`);
      });
    });
  });
}
