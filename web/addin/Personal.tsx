/** The user's own rooms: signing in where that is needed, one button per room. */

import { Button, makeStyles, Spinner, tokens } from '@fluentui/react-components';
import { useCallback, useEffect, useId, useRef, useState } from 'react';
import { failure, type Failure } from './failure';
import type { Pane, World } from './pane';
import type { Room, Rooms } from './server';
import { explain, fill, type Texts } from './texts/texts';

const useStyles = makeStyles({
  section: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'stretch',
    gap: '8px',
    outlineStyle: 'none', // it takes the focus, but nothing can be done with it
  },
  line: { margin: 0 },
  list: {
    listStyleType: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: '8px',
  },
  room: { width: '100%', justifyContent: 'flex-start', textAlign: 'start' },
  hint: { margin: 0, color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  detail: { margin: 0, fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

type State =
  | { kind: 'loading' | 'signing_in' }
  | { kind: 'rooms'; rooms: Rooms }
  | { kind: 'failed'; at: 'rooms' | 'sign-in'; failure: Failure };

function RoomButton({
  room,
  onPick,
  disabled,
}: {
  room: Room;
  onPick: () => void;
  disabled: boolean;
}) {
  const styles = useStyles();
  const id = useId();
  return (
    <li>
      <Button
        className={styles.room}
        aria-describedby={room.description ? id : undefined}
        disabledFocusable={disabled}
        onClick={onPick}
      >
        {room.name}
      </Button>
      {room.description && (
        <p id={id} className={styles.hint}>
          {room.description}
        </p>
      )}
    </li>
  );
}

interface Props {
  pane: Pane;
  texts: Texts;
  world: World;
  /** The user asked for the rooms by a button, which is gone now. */
  wasPressed: boolean;
}

export default function Personal({ pane, texts, world, wasPressed }: Props) {
  const styles = useStyles();
  const [state, setState] = useState<State>({ kind: 'loading' });
  const running = useRef(false);
  const pressed = useRef(wasPressed); // a button that is gone now, or will be
  const place = useRef<HTMLElement>(null);
  const { shipped, own } = texts;

  const run = useCallback(async (at: 'rooms' | 'sign-in', action: () => Promise<State>) => {
    if (running.current) return;
    running.current = true;
    setState({ kind: at === 'rooms' ? 'loading' : 'signing_in' });
    try {
      setState(await action());
    } catch (thrown) {
      setState({ kind: 'failed', at, failure: failure(thrown, at) });
    } finally {
      running.current = false;
    }
  }, []);

  const list = useCallback(
    async (): Promise<State> => ({
      kind: 'rooms',
      rooms: await world.server.rooms(await world.token()),
    }),
    [world],
  );
  const load = useCallback(() => run('rooms', list), [run, list]);
  const again = () => {
    pressed.current = true;
    void load();
  };
  const signIn = () => {
    pressed.current = true;
    void run('sign-in', async () => {
      const code = await world.signIn(await world.server.signIn(await world.token()));
      await world.server.signedIn(await world.token(), code);
      return list();
    });
  };
  const signOut = () => {
    pressed.current = true;
    void run('rooms', async () => {
      await world.server.signOut(await world.token());
      return list();
    });
  };

  useEffect(() => {
    void load();
  }, [load]);
  const settled = state.kind === 'rooms' || state.kind === 'failed';
  useEffect(() => {
    // Keep the keyboard where the user is.
    if (settled && pressed.current && document.activeElement === document.body)
      place.current?.focus();
  }, [settled]);

  const busy = pane.view.kind === 'busy';
  const signedIn = state.kind === 'rooms' && state.rooms.signed_in;
  const rooms = signedIn ? state.rooms.rooms : [];
  return (
    <section
      ref={place}
      tabIndex={-1}
      id="personal"
      className={styles.section}
      aria-label={shipped.personal_vmr_add_button}
    >
      <div role="status" aria-live="polite">
        {state.kind === 'loading' && (
          <Spinner size="tiny" labelPosition="after" label={own.rooms_loading} />
        )}
        {state.kind === 'signing_in' && (
          <Spinner size="tiny" labelPosition="after" label={own.signing_in} />
        )}
        {signedIn && (
          <p className={styles.line}>
            {rooms.length ? shipped.personal_vmr_select_message : shipped.personal_vmr_none_message}
          </p>
        )}
        {state.kind === 'failed' && (
          <>
            <p className={styles.line}>
              {state.at === 'rooms'
                ? shipped.personal_vmr_error_getting_message
                : shipped.personal_vmr_error_signing_in_message}
            </p>
            <p className={styles.line}>{explain(texts, state.failure.code).next}</p>
            {state.failure.detail && <p className={styles.detail}>{state.failure.detail}</p>}
          </>
        )}
      </div>
      {signedIn && pane.owner && (
        <p className={styles.line}>{fill(own.owner_rooms, { owner: pane.owner })}</p>
      )}
      {rooms.length > 0 && (
        <ul className={styles.list}>
          {rooms.map((room, i) => (
            <RoomButton key={i} room={room} disabled={busy} onPick={() => pane.addRoom(room)} />
          ))}
        </ul>
      )}
      {((state.kind === 'rooms' && !signedIn) ||
        (state.kind === 'failed' && state.at === 'sign-in')) && (
        <Button onClick={signIn}>{shipped.personal_vmr_sign_in_button}</Button>
      )}
      {state.kind === 'failed' && state.at === 'rooms' && (
        <Button onClick={again}>{shipped.personal_vmr_add_button}</Button>
      )}
      {signedIn && (
        <Button appearance="subtle" onClick={signOut}>
          {own.sign_out_button}
        </Button>
      )}
    </section>
  );
}
