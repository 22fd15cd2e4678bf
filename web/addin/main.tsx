/** The pane's page: shows itself at once, and starts to work when Office is ready. */

import { createRoot } from 'react-dom/client';
import { App } from './App';
import { host, meetingItem, pageLoaded } from './host';
import { Log } from './log';
import { outlookOf } from './outlook';
import type { World } from './pane';
import { serverAt } from './server';
import { manifestVersion, readSettings } from './settings';
import { signInAt } from './sign-in';
import { loadTexts } from './texts/texts';
import { token } from './tokens';

const settings = readSettings(document);
const log = new Log();

/** The folder that this page stands in: the add-in's address. */
function base(): string {
  return new URL('.', location.href).href;
}

function world(): World {
  const version = manifestVersion(settings, location.search);
  log.add(
    `add-in ${settings.connector}, manifest ${version}, ${Office.context.diagnostics?.platform ?? ''} ` +
      `${Office.context.diagnostics?.version ?? ''}`,
  );
  return {
    outlook: outlookOf(meetingItem(), log),
    server: serverAt(base(), version, log),
    token: () => token(settings.authentication, log),
    signIn: (url) => signInAt(url, log),
    log,
  };
}

/** Where the pane stands; the page may not have come so far yet. */
async function place(): Promise<HTMLElement> {
  if (!document.getElementById('pane')) await pageLoaded();
  return document.getElementById('pane') as HTMLElement;
}

async function main(): Promise<void> {
  const root = createRoot(await place());
  const ready = host();
  let texts = await loadTexts(navigator.language, settings.texts);
  root.render(<App settings={settings} texts={texts} host={undefined} world={undefined} />);
  const found = await ready;
  window.vmrdStarted = true;
  const wanted = found === 'not_outlook' ? '' : Office.context.displayLanguage;
  if (wanted) texts = await loadTexts(wanted, settings.texts);
  root.render(
    <App
      settings={settings}
      texts={texts}
      host={found}
      world={found === 'meeting' ? world() : undefined}
    />,
  );
}

void main();
