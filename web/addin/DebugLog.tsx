/** The log, for the users of integrations that have it switched on. */

import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { useSyncExternalStore } from 'react';
import type { Log } from './log';
import type { Texts } from './texts/texts';

const useStyles = makeStyles({
  lines: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
    margin: '8px 0',
  },
});

export default function DebugLog({ log, texts }: { log: Log; texts: Texts }) {
  const styles = useStyles();
  const text = useSyncExternalStore(log.subscribe, log.lines).join('\n');
  return (
    <details id="log">
      <summary>{texts.own.log}</summary>
      <pre className={styles.lines}>{text}</pre>
      <Button
        size="small"
        onClick={() => void navigator.clipboard?.writeText(text).catch(() => undefined)}
      >
        {texts.own.log_copy}
      </Button>
    </details>
  );
}
