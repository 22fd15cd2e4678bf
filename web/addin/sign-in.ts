/**
 * The sign-in window: opened by Office, closed when its page says that it is done. That page,
 * signed-in.html, says it with a code, which the pane shows to the service: it proves that the window
 * which was signed in is the one that this pane has opened.
 */

import { Failure } from './failure';
import type { Log } from './log';

const CLOSED = 12006; // by the user
const BLOCKED = [12007, 12009, 12011]; // another dialog is open; refused by the user; by the browser

const SIGNED_IN = 'signed-in: ';
const FAILED = 'failed: ';

export const signedInMessage = (code: string) => SIGNED_IN + code;
export const failedMessage = (why: string) => FAILED + why;

/** The code with which the user's sign-in is ended. */
export function signInAt(url: string, log: Log): Promise<string> {
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
        if (message.startsWith(SIGNED_IN)) resolve(message.slice(SIGNED_IN.length));
        else fail('sign-in', message.startsWith(FAILED) ? message.slice(FAILED.length) : message);
      });
      dialog.addEventHandler(Office.EventType.DialogEventReceived, (event) => {
        const code = 'error' in event ? event.error : 0;
        fail('sign-in', code === CLOSED ? '' : `${code}`);
      });
    });
  });
}
