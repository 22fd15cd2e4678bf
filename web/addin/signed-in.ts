/**
 * The end of signing in: tells the pane, which closes this window. The service leads here with
 * #code=<code>, or with ?error=<why> when it did not work.
 */

import { pageLoaded } from './host';
import { readSettings } from './settings';
import { failedMessage, signedInMessage } from './sign-in';
import { loadTexts } from './texts/texts';

const WHY_MAX = 500; // characters of a reason, which comes from the address

async function main(): Promise<void> {
  await pageLoaded();
  const { own, language } = await loadTexts(navigator.language, readSettings(document).texts);
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  const said = new URLSearchParams(location.search).get('error')?.slice(0, WHY_MAX);
  const why = code ? undefined : (said ?? '');
  document.documentElement.lang = language;
  document.title = why === undefined ? own.signed_in_heading : own.sign_in_failed_heading;
  (document.getElementById('heading') as HTMLElement).textContent = document.title;
  (document.getElementById('message') as HTMLElement).textContent = why ?? own.signed_in_message;
  if (typeof Office === 'undefined') return;
  await Office.onReady();
  window.vmrdStarted = true;
  Office.context.ui.messageParent(code ? signedInMessage(code) : failedMessage(why ?? ''));
}

void main();
