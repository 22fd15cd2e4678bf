import axe from 'axe-core';
import { act } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { App } from '../App';
import { Failure } from '../failure';
import type { Host } from '../host';
import { Log } from '../log';
import type { World } from '../pane';
import type { Details, Room } from '../server';
import { readSettings, type Settings } from '../settings';
import { loadTexts } from '../texts/texts';
import { INSTRUCTIONS, MARKER, Meeting } from './meeting';
import { fakeOffice } from './office';

const DETAILS: Details = {
  room_name: 'Video',
  room_email: 'video@example.com',
  alias_id: MARKER,
  instructions: INSTRUCTIONS,
};
const ROOM: Room = {
  name: "Ann's room",
  description: 'Open',
  instructions: '<p>Join Ann</p>',
  location: 'Ann',
};

let root: Root;
let meeting: Meeting;
let world: World & { server: { [K in keyof World['server']]: ReturnType<typeof vi.fn> } };

beforeEach(() => {
  fakeOffice();
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true);
  vi.stubGlobal('matchMedia', () => ({
    matches: false,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }));
  document.body.innerHTML = '<div id="pane"></div>';
  root = createRoot(document.getElementById('pane') as HTMLElement);
  meeting = new Meeting();
  meeting.text = '<p>Agenda</p>';
  world = {
    outlook: meeting,
    server: {
      details: vi.fn(async () => DETAILS),
      rooms: vi.fn(async () => ({ signed_in: true, rooms: [ROOM] })),
      signIn: vi.fn(async () => 'https://x/'),
      signedIn: vi.fn(async () => undefined),
      signOut: vi.fn(async () => undefined),
    },
    token: async () => 'token',
    signIn: vi.fn(async () => 'code'),
    log: new Log(),
  };
});
afterEach(() => {
  act(() => root.unmount());
  vi.unstubAllGlobals();
});

async function settle() {
  for (let i = 0; i < 20; i++) await act(() => new Promise((resolve) => setTimeout(resolve, 1)));
}
async function show(
  changes: Partial<Settings> = {},
  host: Host | undefined = 'meeting',
  tag = 'en',
  to: World | undefined = world,
) {
  const settings = { ...readSettings(document), ...changes };
  const texts = await loadTexts(tag, settings.texts);
  act(() => root.render(<App settings={settings} texts={texts} host={host} world={to} />));
  await settle();
}
/** Lazily loaded parts take a moment. */
async function until(check: () => void) {
  for (let i = 0; ; i++) {
    await settle();
    try {
      return check();
    } catch (thrown) {
      if (i === 100) throw thrown;
    }
  }
}
const text = () => document.body.textContent ?? '';
const button = (words: string) =>
  [...document.querySelectorAll('button')].find(
    (b) => b.textContent === words,
  ) as HTMLButtonElement;
async function press(words: string) {
  act(() => button(words).click());
  await settle();
}
async function looksRight() {
  const { violations } = await axe.run(document, {
    rules: { 'color-contrast': { enabled: false } },
  }); // needs a layout
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join()}`)).toEqual([]);
}

describe('the button', () => {
  test('puts the instructions in, says so, and the other one takes them out', async () => {
    await show();
    await press('Add a video room');
    expect(text()).toContain('Your video room is ready');
    expect(meeting.text).toContain(MARKER);
    await looksRight();
    await press('Remove the video meeting');
    expect(text()).toContain('The video meeting is removed');
    expect(meeting.text).toBe('<p>Agenda</p>');
    expect(document.activeElement).toBe(button('Add a video room'));
    expect(button('Remove the video meeting')).toBeUndefined();
  });
  test('pressed twice at once works once', async () => {
    await show();
    act(() => {
      button('Add a video room').click();
      button('Add a video room').click();
    });
    await settle();
    expect(world.server.details).toHaveBeenCalledTimes(1);
    expect(meeting.text.split(MARKER)).toHaveLength(2);
  });
  test('pressed again says that it is done already', async () => {
    await show();
    await press('Add a video room');
    await press('Add a video room');
    expect(text()).toContain('This is a video meeting already');
    expect(meeting.text.split(MARKER)).toHaveLength(2);
    expect(world.server.details).toHaveBeenCalledTimes(1);
  });
  test('pressed before Outlook is ready is remembered', async () => {
    await show({}, undefined, 'en', undefined);
    await press('Add a video room');
    await show();
    expect(text()).toContain('Your video room is ready');
  });
  test('pressed while the meeting is looked at is remembered', async () => {
    let answer: (type: 'html') => void = () => undefined;
    meeting.bodyType = () => new Promise((resolve) => (answer = resolve));
    await show();
    await press('Add a video room');
    expect(text()).toContain('Starting');
    meeting.bodyType = async () => 'html';
    answer('html');
    await settle();
    expect(text()).toContain('Your video room is ready');
  });
  test('asks with the same key after a failure, with another one after a removal', async () => {
    world.server.details.mockRejectedValueOnce(new Failure('network', 'gone'));
    await show();
    await press('Add a video room');
    expect(text()).toContain('The service cannot be reached.');
    await press('Add a video room');
    await press('Remove the video meeting');
    await press('Add a video room');
    const keys = world.server.details.mock.calls.map((call) => call[1] as string);
    expect(keys).toHaveLength(3);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[1]);
  });
});

describe('what the pane says', () => {
  test('of a meeting that has a room already', async () => {
    meeting.text = `<p>${MARKER}</p>`;
    await show();
    expect(text()).toContain('This is a video meeting already');
    await looksRight();
  });
  test('of a meeting whose resource was taken out', async () => {
    await show();
    await press('Add a video room');
    meeting.lists.optional = [];
    await press('Add a video room');
    expect(text()).toContain('video@example.com is not among the attendees any more.');
    await looksRight();
    await press('Invite video@example.com again');
    expect(meeting.lists.optional).toEqual([{ name: 'Video', email: 'video@example.com' }]);
    expect(text()).toContain('video@example.com is among the attendees again.');
    expect(document.activeElement).toBe(button('Add a video room'));
  });
  test('of a damaged marker', async () => {
    meeting.text = '<p>PXPS:-1111</p>';
    await show();
    expect(text()).toContain('The line by which the room is found has been changed.');
    await press('Add a video room');
    expect(world.server.details).not.toHaveBeenCalled();
  });
  test('while the management node is down', async () => {
    world.server.details.mockResolvedValueOnce({
      ...DETAILS,
      alias_id: 'TOK:-abc#',
      instructions: '<p>Later</p>TOK:-abc#',
      management_node_down: true,
    });
    await show();
    await press('Add a video room');
    expect(text()).toContain('Joining instructions will follow');
    expect(meeting.text).toContain('TOK:-abc#');
  });
  test("of a refusal: the service's sentence, what to do, and where to look", async () => {
    world.server.details.mockRejectedValueOnce(
      new Failure('refused', "Invalid Token: Token Appctx 'amurl' domain", 'abc123'),
    );
    await show({ texts: { general_error_heading: 'Ouch' } });
    await press('Add a video room');
    for (const part of [
      'Ouch',
      "Invalid Token: Token Appctx 'amurl' domain",
      'Tell your administrator',
      'abc123',
    ])
      expect(text()).toContain(part);
    await looksRight();
  });
  test('of a removal that cannot be exact', async () => {
    await show();
    await press('Add a video room');
    meeting.text = meeting.text.replace('By number', 'By phone');
    const before = meeting.text;
    await press('Remove the video meeting');
    expect(text()).toContain('Nothing was changed.');
    expect(meeting.text).toBe(before);
  });
  test("of somebody else's calendar", async () => {
    meeting.organiser = 'Ann';
    await show();
    expect(text()).toContain('The room will belong to Ann, not to you.');
  });
  test('outside of a meeting', async () => {
    for (const host of ['not_outlook', 'not_meeting', 'too_old'] as const) {
      await show({}, host, 'en', undefined);
      expect(document.querySelector('[role=alert]')?.textContent).not.toBe('');
      expect(document.querySelector('button')).toBeNull();
      await looksRight();
    }
  });
  test('in German, with the page marked as such', async () => {
    await show({}, 'meeting', 'de');
    expect(button('Videoraum hinzufügen')).toBeDefined();
    expect(document.documentElement.lang).toBe('de');
  });
  test('of what happened, only where the debug log is switched on', async () => {
    await show();
    expect(document.getElementById('log')).toBeNull();
    await show({ debug: true });
    await settle();
    act(() => world.log.add('something with eyJabc.eyJdef.sig'));
    expect(document.getElementById('log')?.textContent).toContain('something with <token>');
    await looksRight();
  });
});

describe('personal rooms', () => {
  test('are listed, chosen, and found again', async () => {
    await show({ personal: true });
    await press('Use my own room');
    await until(() => expect(button("Ann's room")).toBeDefined());
    await looksRight();
    await press("Ann's room");
    expect(meeting.text).toContain('Join Ann');
    expect(meeting.place).toBe('Ann');
    expect(meeting.lists).toEqual({ required: [], optional: [] });
    await press('Add a video room');
    expect(text()).toContain('This is a video meeting already');
    await press('Remove the video meeting');
    expect(meeting.text).toBe('<p>Agenda</p>');
    expect(meeting.place).toBe('');
  });
  test('are there at once where there is nothing else', async () => {
    await show({ personal: true, single_use: false });
    await until(() => expect(button("Ann's room")).toBeDefined());
    expect(document.activeElement).toBe(document.body); // nobody has asked for the focus
    await press("Ann's room");
    await press('Remove the video meeting');
    expect(document.activeElement?.id).toBe('result');
    expect(button('Add a video room')).toBeUndefined();
  });
  test('want a sign-in first', async () => {
    world.server.rooms.mockResolvedValueOnce({ signed_in: false, rooms: [] });
    await show({ personal: true, single_use: false });
    await until(() => expect(button('Sign in to use my own room')).toBeDefined());
    button('Sign in to use my own room').focus();
    await press('Sign in to use my own room');
    expect(document.activeElement?.id).toBe('personal'); // the keyboard goes on from here
    expect(world.signIn).toHaveBeenCalledWith('https://x/');
    expect(world.server.signedIn).toHaveBeenCalledWith('token', 'code');
    expect(button("Ann's room")).toBeDefined();
    world.server.rooms.mockResolvedValueOnce({ signed_in: false, rooms: [] });
    await press('Sign out');
    expect(world.server.signOut).toHaveBeenCalled();
    expect(button('Sign in to use my own room')).toBeDefined();
  });
  test('fail in words', async () => {
    world.server.rooms
      .mockRejectedValueOnce(new Failure('server', 'broken'))
      .mockResolvedValueOnce({ signed_in: false, rooms: [] });
    await show({ personal: true, single_use: false });
    await until(() => expect(text()).toContain('Your rooms cannot be listed just now.'));
    await press('Use my own room');
    vi.mocked(world.signIn).mockRejectedValueOnce(new Failure('sign-in', 'access_denied'));
    await press('Sign in to use my own room');
    expect(text()).toContain('Signing in did not work.');
    expect(text()).toContain('access_denied');
    expect(button('Sign in to use my own room')).toBeDefined();
  });
});
