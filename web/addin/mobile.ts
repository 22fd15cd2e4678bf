/**
 * The function command of Outlook mobile's online-meeting button. No page is shown: it fills the
 * meeting in and says that it is done. Outlook allows it a minute. When it fails, a dialog says why,
 * which is this page again with the kind of failure behind "#".
 */

import { Failure, failure, type FailureCode } from './failure';
import { insert, look } from './insert';
import { meetingItem, pageLoaded } from './host';
import { Log } from './log';
import { onMobile } from './mobile-outlook';
import { outlookOf } from './outlook';
import { newKey, serverAt } from './server';
import { manifestVersion, readSettings } from './settings';
import { explain, loadTexts } from './texts/texts';
import { token } from './tokens';

export const FUNCTION_NAME = 'insertVideoMeeting'; // as the manifest calls it

async function add(): Promise<void> {
  const settings = readSettings(document);
  const log = new Log();
  const outlook = onMobile(outlookOf(meetingItem(), log));
  const { isVideo, marker } = await look(outlook);
  if (marker === 'damaged') throw new Failure('damaged');
  if (isVideo) return;
  const base = new URL('.', location.href).href;
  const server = serverAt(base, manifestVersion(settings, location.search), log);
  const details = await server.details(await token(settings.authentication, log), newKey());
  await insert(
    outlook,
    {
      html: details.instructions,
      marker: details.alias_id,
      resource: { name: details.room_name, email: details.room_email },
      location: details.room_name,
    },
    log,
  );
}

function tell(code: FailureCode): void {
  const page = new URL(location.href);
  page.hash = code;
  Office.context.ui.displayDialogAsync(page.href, { height: 40, width: 80 });
}

function command(event: Office.AddinCommands.Event): void {
  add().then(
    () => event.completed({ allowEvent: true }),
    (thrown: unknown) => {
      tell(failure(thrown, 'insert').code);
      event.completed({ allowEvent: false });
    },
  );
}

/** In the dialog: what happened, and what to do next. */
async function explainHere(code: string): Promise<void> {
  const texts = await loadTexts(navigator.language, readSettings(document).texts);
  if (!(code in texts.failures)) return;
  const { what, next } = explain(texts, code as FailureCode);
  document.documentElement.lang = texts.language;
  document.title = texts.shipped.general_error_heading;
  (document.getElementById('heading') as HTMLElement).textContent = document.title;
  (document.getElementById('message') as HTMLElement).textContent = `${what} ${next}`;
}

async function main(): Promise<void> {
  await pageLoaded();
  if (location.hash.length > 1) await explainHere(location.hash.slice(1));
  else if (typeof Office !== 'undefined')
    await Office.onReady(() => Office.actions.associate(FUNCTION_NAME, command));
}

void main();
