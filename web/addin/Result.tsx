/** What came of the last press, said to eyes and to screen readers. */

import { Button, makeStyles, mergeClasses, Spinner, tokens } from '@fluentui/react-components';
import type { Pane, View } from './pane';
import { explain, fill, type Texts } from './texts/texts';

const useStyles = makeStyles({
  box: {
    borderLeft: `4px solid ${tokens.colorNeutralStrokeAccessible}`,
    backgroundColor: tokens.colorNeutralBackground3,
    borderRadius: tokens.borderRadiusMedium,
    padding: '8px 12px',
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'flex-start',
    gap: '8px',
  },
  region: { outlineStyle: 'none' }, // it may take the focus, but nothing can be done with it
  good: { borderLeftColor: tokens.colorPaletteGreenBorderActive },
  bad: { borderLeftColor: tokens.colorPaletteRedBorderActive },
  heading: {
    margin: 0,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: 600,
  },
  line: { margin: 0 },
  detail: { margin: 0, fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

interface Said {
  tone: 'good' | 'bad' | 'neutral';
  heading: string;
  lines: string[];
  detail?: string;
  missing?: string;
}

function failed(view: View & { kind: 'failed' }, texts: Texts): Said {
  const { code, detail, correlation } = view.failure;
  const { what, next } = explain(texts, code);
  const { shipped, own } = texts;
  const messages = {
    adding: texts.generalMessage ?? what,
    room: code === 'insert' ? shipped.personal_vmr_error_inserting_meeting_message : what,
    removing: what,
  };
  const heading =
    view.at === 'removing' ? own.remove_failed_heading : shipped.general_error_heading;
  const lines = [messages[view.at], next];
  if (correlation) lines.push(fill(own.correlation, { id: correlation }));
  return { tone: 'bad', heading, lines, detail };
}

function done(view: View & { kind: 'done' }, { shipped, own }: Texts): Said {
  const message = view.down
    ? shipped.management_node_down_message
    : view.personal
      ? own.personal_success_message
      : shipped.success_message;
  const warnings = { location: own.location_not_filled, text: own.text_lost };
  return {
    tone: view.warnings.includes('text') ? 'bad' : view.down ? 'neutral' : 'good',
    heading: view.down ? shipped.management_node_down_heading : shipped.success_heading,
    lines: [message, ...view.warnings.map((warning) => warnings[warning])],
  };
}

function said(view: View, texts: Texts): Said | undefined {
  const { shipped, own } = texts;
  const already = shipped.already_video_meeting_heading;
  if (view.kind === 'done') return done(view, texts);
  if (view.kind === 'failed') return failed(view, texts);
  if (view.kind === 'removed')
    return { tone: 'good', heading: own.removed_heading, lines: [own.removed_message] };
  if (view.kind === 'back')
    return { tone: 'good', heading: already, lines: [fill(own.resource_back, view)] };
  if (view.kind === 'already' && view.missing) {
    const missing = fill(own.resource_missing, { resource: view.missing });
    return { tone: 'bad', heading: already, lines: [missing], missing: view.missing };
  }
  if (view.kind === 'already')
    return { tone: 'good', heading: already, lines: [shipped.already_video_meeting_message] };
  return undefined;
}

export function Result({ pane, texts }: { pane: Pane; texts: Texts }) {
  const styles = useStyles();
  const { view } = pane;
  const result = said(view, texts);
  const tone = result && { good: styles.good, bad: styles.bad, neutral: undefined }[result.tone];
  return (
    // One region that stays, or else screen readers miss what is put into it.
    <div id="result" role="status" aria-live="polite" tabIndex={-1} className={styles.region}>
      {view.kind === 'busy' && (
        <Spinner size="tiny" labelPosition="after" label={texts.own[view.doing]} />
      )}
      {result && (
        <section className={mergeClasses(styles.box, tone)} data-tone={result.tone}>
          <h2 className={styles.heading}>{result.heading}</h2>
          {result.lines.map((line) => (
            <p key={line} className={styles.line}>
              {line}
            </p>
          ))}
          {result.detail && <p className={styles.detail}>{result.detail}</p>}
          {result.missing && (
            <Button onClick={() => pane.addMissing(result.missing ?? '')}>
              {fill(texts.own.resource_button, { resource: result.missing })}
            </Button>
          )}
        </section>
      )}
    </div>
  );
}
