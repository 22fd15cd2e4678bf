/** The pane. */

import {
  Button,
  FluentProvider,
  makeStyles,
  tokens,
  webDarkTheme,
  webLightTheme,
} from '@fluentui/react-components';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { Host } from './host';
import { usePane, type World } from './pane';
import { Result } from './Result';
import type { Settings } from './settings';
import { fill, type Texts } from './texts/texts';
import { useDark } from './theme';

const Personal = lazy(() => import('./Personal'));
const DebugLog = lazy(() => import('./DebugLog'));

const useStyles = makeStyles({
  page: { minHeight: '100vh', boxSizing: 'border-box', overflowWrap: 'anywhere' },
  main: {
    display: 'flex',
    flexDirection: 'column',
    gap: '12px',
    padding: '12px 16px',
    maxWidth: '480px',
  },
  header: { display: 'flex', alignItems: 'center', gap: '8px' },
  icon: { flexShrink: 0, width: '32px', height: '32px' },
  title: {
    margin: 0,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: 600,
  },
  line: { margin: 0 },
});

interface Props {
  settings: Settings;
  texts: Texts;
  /** undefined: Office is not ready yet */
  host: Host | undefined;
  world: World | undefined;
}

function Elsewhere({ host, texts }: { host: Exclude<Host, 'meeting'>; texts: Texts }) {
  const styles = useStyles();
  return (
    <div role="alert">
      <h2 className={styles.title}>{texts.own[`${host}_heading`]}</h2>
      <p>{texts.own[`${host}_message`]}</p>
    </div>
  );
}

function Meeting({
  settings,
  texts,
  world,
}: {
  settings: Settings;
  texts: Texts;
  world: World | undefined;
}) {
  const styles = useStyles();
  const pane = usePane(world);
  const [ownRooms, setOwnRooms] = useState(!settings.single_use);
  const first = useRef<HTMLButtonElement>(null);
  const { shipped, own } = texts;
  // While Outlook starts the button can be pressed: the press is remembered.
  const busy = pane.view.kind === 'busy' && pane.view.doing !== 'starting';
  const buttonGone = pane.view.kind === 'removed' || pane.view.kind === 'back';
  useEffect(() => {
    // The button that was pressed is not there any more: the keyboard goes on from here.
    if (buttonGone) (first.current ?? document.getElementById('result'))?.focus();
  }, [buttonGone]);
  return (
    <>
      {pane.owner && <p className={styles.line}>{fill(own.owner, { owner: pane.owner })}</p>}
      {settings.single_use && (
        <Button
          id="add"
          ref={first}
          appearance="primary"
          disabledFocusable={busy}
          onClick={pane.add}
        >
          {shipped.button_title}
        </Button>
      )}
      <Result pane={pane} texts={texts} />
      {settings.personal && !ownRooms && (
        <Button id="own-rooms" disabledFocusable={busy} onClick={() => setOwnRooms(true)}>
          {shipped.personal_vmr_add_button}
        </Button>
      )}
      {settings.personal && ownRooms && world && (
        <Suspense fallback={null}>
          <Personal pane={pane} texts={texts} world={world} wasPressed={settings.single_use} />
        </Suspense>
      )}
      {pane.removable && (
        <Button id="remove" disabledFocusable={busy} onClick={pane.remove}>
          {own.remove_button}
        </Button>
      )}
      {settings.debug && world && (
        <Suspense fallback={null}>
          <DebugLog log={world.log} texts={texts} />
        </Suspense>
      )}
    </>
  );
}

export function App({ settings, texts, host, world }: Props) {
  const styles = useStyles();
  const dark = useDark(world !== undefined);
  const { shipped } = texts;
  useEffect(() => {
    document.documentElement.lang = texts.language;
    document.title = shipped.title;
  }, [texts, shipped]);
  return (
    <FluentProvider theme={dark ? webDarkTheme : webLightTheme} className={styles.page}>
      <main className={styles.main}>
        <header className={styles.header}>
          {settings.icon && <img className={styles.icon} src={settings.icon} alt="" />}
          <h1 className={styles.title}>{shipped.title}</h1>
        </header>
        {host === undefined || host === 'meeting' ? (
          <>
            <p className={styles.line}>{shipped.description}</p>
            <Meeting settings={settings} texts={texts} world={world} />
          </>
        ) : (
          <Elsewhere host={host} texts={texts} />
        )}
      </main>
    </FluentProvider>
  );
}
