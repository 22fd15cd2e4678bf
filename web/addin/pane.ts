/** What the pane does, and what it shows while and after it does it: one action at a time. */

import { useCallback, useEffect, useRef, useState } from 'react';
import { Failure, failure, type FailureCode } from './failure';
import { addResource, insert, look, remove, type Warning } from './insert';
import type { Log } from './log';
import type { Outlook, Person } from './outlook';
import { newKey, type Room, type Server } from './server';

export type View =
  | { kind: 'idle' }
  | { kind: 'busy'; doing: 'starting' | 'adding' | 'removing' | 'rooms_loading' | 'signing_in' }
  | { kind: 'done'; down: boolean; personal: boolean; warnings: Warning[] }
  | { kind: 'already'; missing: string }
  | { kind: 'back'; resource: string }
  | { kind: 'removed' }
  | { kind: 'failed'; at: 'adding' | 'removing' | 'room'; failure: Failure };

/** Everything the pane talks to. */
export interface World {
  outlook: Outlook;
  server: Server;
  token: () => Promise<string>;
  signIn: (url: string) => Promise<string>;
  log: Log;
}

export interface Pane {
  view: View;
  owner: string;
  /** There is something in the meeting that can be taken out. */
  removable: boolean;
  add: () => void;
  addRoom: (room: Room) => void;
  addMissing: (email: string) => void;
  remove: () => void;
}

const CODES: Record<'adding' | 'removing' | 'room', FailureCode> = {
  adding: 'insert',
  removing: 'remove',
  room: 'insert',
};

export function usePane(world: World | undefined): Pane {
  const [view, setView] = useState<View>({ kind: 'busy', doing: 'starting' });
  const [owner, setOwner] = useState('');
  const [removable, setRemovable] = useState(false);
  const running = useRef(false);
  const started = useRef(false); // Outlook is there, and the meeting was looked at
  const wanted = useRef(false); // the button was pressed before that
  const resource = useRef<Person>(); // of this meeting, as far as we know
  // The same for a double press and a retry, so that they get the same room; another one after a
  // removal, when the service may have taken the room away already.
  const key = useRef(newKey());

  /** Runs one action; while it runs, no other starts. */
  const run = useCallback(
    async (at: 'adding' | 'removing' | 'room', action: (world: World) => Promise<View>) => {
      if (!world || running.current) return;
      running.current = true;
      setView({ kind: 'busy', doing: at === 'removing' ? 'removing' : 'adding' });
      try {
        setView(await action(world));
      } catch (thrown) {
        const failed = failure(thrown, CODES[at]);
        world.log.add(`failed: ${failed.code} ${failed.detail}`);
        setView({ kind: 'failed', at, failure: failed });
      } finally {
        running.current = false;
      }
    },
    [world],
  );

  /** The view of a meeting that has a room, or something like one, already. */
  const existing = useCallback(async ({ outlook }: World): Promise<View | undefined> => {
    const state = await look(outlook, resource.current?.email);
    setRemovable(state.isVideo || state.marker !== 'none');
    if (state.resource) resource.current ??= { name: '', email: state.resource };
    if (state.marker === 'damaged') throw new Failure('damaged');
    if (!state.isVideo) return undefined;
    return { kind: 'already', missing: state.missing ? state.resource : '' };
  }, []);

  useEffect(() => {
    if (!world) return;
    running.current = true;
    world.outlook.owner().then(setOwner, () => undefined);
    existing(world)
      .then((found) => setView(found ?? { kind: 'idle' }))
      .catch((thrown: unknown) => {
        const failed = failure(thrown, 'body');
        setView(
          failed.code === 'damaged'
            ? { kind: 'failed', at: 'adding', failure: failed }
            : { kind: 'idle' },
        );
      })
      .finally(() => {
        running.current = false;
        started.current = true;
        if (wanted.current) add();
      });
  }, [world, existing]);

  const add = () => {
    wanted.current = !started.current;
    void run('adding', async (w) => {
      const found = await existing(w);
      if (found) return found;
      const details = await w.server.details(await w.token(), key.current);
      const person = { name: details.room_name, email: details.room_email };
      resource.current = person;
      const warnings = await insert(
        w.outlook,
        {
          html: details.instructions,
          marker: details.alias_id,
          resource: person,
          location: details.room_name,
        },
        w.log,
      );
      setRemovable(true);
      return {
        kind: 'done',
        down: details.management_node_down === true,
        personal: false,
        warnings,
      };
    });
  };

  const addRoom = (room: Room) =>
    void run('room', async (w) => {
      const found = await existing(w);
      if (found) return found;
      const what = { html: room.instructions, marker: '', location: room.location };
      const warnings = await insert(w.outlook, what, w.log);
      setRemovable(true);
      return { kind: 'done', down: false, personal: true, warnings };
    });

  const addMissing = (email: string) =>
    void run('adding', async (w) => {
      const known = resource.current;
      await addResource(w.outlook, known?.email === email ? known : { name: '', email });
      return { kind: 'back', resource: email };
    });

  const removeAll = () =>
    void run('removing', async (w) => {
      await remove(w.outlook, w.log, resource.current?.email);
      key.current = newKey();
      setRemovable(false);
      return { kind: 'removed' };
    });

  return { view, owner, removable, add, addRoom, addMissing, remove: removeAll };
}
