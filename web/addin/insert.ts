/**
 * What happens in the meeting when a button is pressed. No page and no Office here: `Outlook` is the
 * meeting, and all of it can be tried without one.
 *
 * Insertion goes through prependAsync alone. It is the only call of the 1.5 baseline that can never
 * touch what the user wrote: setSelectedDataAsync replaces what happens to be selected and splits the
 * sentence the cursor stands in, and there is no call that appends. So the instructions stand first.
 */

import { cutBlock, findBlock, printOf, wrap, type Print } from './block';
import { Failure, failure } from './failure';
import type { Log } from './log';
import { findMarker, type Finding } from './marker';
import type { BodyType, List, Outlook, Person } from './outlook';
import { toPlain } from './plain';
import { visible } from './visible';

export const LOCATION_MAX = 255; // characters, Outlook's limit
export const NOTE_MAX = 2000; // characters, of Outlook's 2,500 for all our notes
const LISTS: List[] = ['optional', 'required'];
const PIECE = 8; // visible characters of the user's text that are looked for together
const PIECES_MAX = 200; // that are looked for, spread over the text
const LOOKS = 5; // at the body, until what went in shows
const LOOK_MS = 400; // between them

/** What there is to put into the meeting. */
export interface Instructions {
  html: string;
  /** The marker that the body must hold; empty for personal rooms. */
  marker: string;
  /** The equipment resource; undefined for personal rooms. */
  resource?: Person;
  location: string;
}

/** What is remembered of an insertion, with the meeting itself. */
export interface Note {
  print: Print;
  resource: string; // address
  location: string; // empty: not ours
}

export type Warning =
  | 'location' // not filled
  | 'text'; // something the user wrote is not there any more

export interface State {
  marker: Finding;
  /** Instructions are there, of a single-use room or of a personal one. */
  isVideo: boolean;
  /** The address of the resource that should be an attendee; empty: none, or not known. */
  resource: string;
  /** ... and it is not. */
  missing: boolean;
}

function parseNote(text: string): Note | undefined {
  try {
    const note = JSON.parse(text) as Note;
    return typeof note.print.hash === 'string' && note.print.length > 0 ? note : undefined;
  } catch {
    return undefined;
  }
}

async function note(outlook: Outlook): Promise<Note | undefined> {
  try {
    return parseNote(await outlook.note());
  } catch {
    return undefined; // it helps, but the body alone decides
  }
}

async function listsWith(outlook: Outlook, email: string): Promise<List[]> {
  const found: List[] = [];
  for (const list of LISTS)
    if ((await outlook.attendees(list)).some((p) => p.email.toLowerCase() === email.toLowerCase()))
      found.push(list);
  return found;
}

/**
 * How the meeting stands. `resource`: what the caller knows of a room it was given for this meeting,
 * for clients that keep no note and for insertions that came later than Outlook's answer.
 */
export async function look(outlook: Outlook, resource = ''): Promise<State> {
  const type = await outlook.bodyType();
  const body = await outlook.body(type);
  const marker = findMarker(body, type === 'html');
  const noted = await note(outlook);
  const inserted = findBlock(body, type === 'html', noted?.print) !== undefined;
  const isVideo = inserted || marker === 'whole';
  const state: State = {
    marker,
    isVideo,
    resource: (isVideo && noted?.resource) || (marker === 'whole' ? resource : ''),
    missing: false,
  };
  if (state.resource) state.missing = !(await listsWith(outlook, state.resource)).length;
  return state;
}

/** The text as it goes in: HTML in its wrapping element, or plain text with an empty line below. */
function prepared(what: Instructions, type: BodyType): { text: string; print: Print } {
  const isHtml = type === 'html';
  let text = isHtml ? what.html : toPlain(what.html);
  if (what.marker && !visible(text, isHtml).chars.includes(what.marker))
    text += isHtml ? `<p>${what.marker}</p>` : `\n${what.marker}`;
  const print = printOf(text, isHtml);
  if (!print) throw new Failure('answer', 'no instructions');
  return { text: isHtml ? wrap(text, print) : `${text}\n\n`, print };
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks until the block shows in the body; the body then, undefined when it never does. */
async function arrived(outlook: Outlook, what: Instructions, type: BodyType, print: Print) {
  for (let i = 0; i < LOOKS; i++) {
    if (i) await wait(LOOK_MS);
    const body = await outlook.body(type);
    const isHtml = type === 'html';
    if (what.marker ? findMarker(body, isHtml) === 'whole' : findBlock(body, isHtml, print))
      return body;
  }
  return undefined;
}

/**
 * Some Outlooks were known to drop what the user had typed when an add-in writes: then we say so.
 * It is asked only whether most of it is gone, since people go on typing meanwhile.
 */
function isLost(before: string, after: string, isHtml: boolean): boolean {
  const had = visible(before, isHtml).chars;
  const has = visible(after, isHtml).chars;
  const step = Math.max(PIECE, Math.ceil(had.length / PIECES_MAX));
  let pieces = 0;
  let gone = 0;
  for (let at = 0; at < had.length; at += step) {
    pieces++;
    if (!has.includes(had.slice(at, at + PIECE))) gone++;
  }
  return gone > pieces / 2;
}

async function insertText(
  outlook: Outlook,
  what: Instructions,
  type: BodyType,
  before: string,
): Promise<{ print: Print; lost: boolean }> {
  const isHtml = type === 'html';
  const { text, print } = prepared(what, type);
  // The same room as at the last try, whose text came after Outlook had given it up.
  if (what.marker && visible(before, isHtml).chars.includes(what.marker))
    return { print, lost: false };
  let failed: unknown;
  try {
    await outlook.prepend(text, type);
  } catch (thrown) {
    failed = thrown; // Outlook may have done it all the same, and have answered too late
  }
  const after = await arrived(outlook, what, type, print).catch(() => undefined);
  if (after === undefined) throw failed ? failure(failed, 'insert') : new Failure('lost');
  return { print, lost: isLost(before, after, isHtml) };
}

async function fillLocation(outlook: Outlook, text: string): Promise<string> {
  const wanted = text.trim().slice(0, LOCATION_MAX);
  if (!wanted || (await outlook.location()).trim()) return '';
  await outlook.setLocation(wanted);
  return wanted;
}

/** Adds the resource unless it is there; true when it was added. */
export async function addResource(outlook: Outlook, resource: Person): Promise<boolean> {
  if ((await listsWith(outlook, resource.email)).length) return false;
  // Optional: as a required attendee it would make Outlook warn of a conflict at every time at
  // which anybody else has a video meeting, and the service looks for it in every list.
  await outlook.addAttendee('optional', resource);
  return true;
}

async function undo(outlook: Outlook, resource: Person | undefined, log: Log): Promise<void> {
  if (!resource) return;
  try {
    for (const list of LISTS) await outlook.removeAttendee(list, resource.email);
  } catch (thrown) {
    log.add(`attendee stays: ${String(thrown)}`);
  }
}

/**
 * Puts instructions into the meeting: resource first, because it is what can be undone, then text,
 * then location. Throws a Failure with the meeting as it was.
 */
export async function insert(outlook: Outlook, what: Instructions, log: Log): Promise<Warning[]> {
  const type = await outlook.bodyType();
  const before = await outlook.body(type);
  const added = what.resource ? await addResource(outlook, what.resource) : false;
  let done: { print: Print; lost: boolean };
  try {
    done = await insertText(outlook, what, type, before);
  } catch (thrown) {
    await undo(outlook, added ? what.resource : undefined, log);
    throw thrown;
  }
  const warnings: Warning[] = done.lost ? ['text'] : [];
  let location = '';
  try {
    location = await fillLocation(outlook, what.location);
  } catch {
    warnings.push('location');
  }
  await keep(outlook, { print: done.print, resource: what.resource?.email ?? '', location }, log);
  return warnings;
}

async function keep(outlook: Outlook, noted: Note, log: Log): Promise<void> {
  const text = JSON.stringify(noted);
  try {
    await outlook.setNote(text.length <= NOTE_MAX ? text : '');
  } catch {
    log.add('no note is kept; the wrapping element has to do');
  }
}

/**
 * Takes out what was inserted: text, attendee, location if it still is ours. Throws "changed" and
 * does nothing when the text cannot be found exactly as it went in.
 */
export async function remove(outlook: Outlook, log: Log, resource = ''): Promise<void> {
  const type = await outlook.bodyType();
  const isHtml = type === 'html';
  const noted = await note(outlook);
  // Read last: what is typed between here and setBody() is lost.
  const body = await outlook.body(type);
  const place = findBlock(body, isHtml, noted?.print);
  const rest = place && cutBlock(body, isHtml, place);
  if (rest === undefined) throw new Failure('changed');
  await outlook.setBody(rest, type);
  if (noted?.location && (await outlook.location().catch(() => '')) === noted.location)
    await outlook.setLocation('').catch(() => log.add('location stays'));
  await outlook.setNote('').catch(() => log.add('note stays'));
  const email = noted?.resource || resource;
  try {
    if (email)
      for (const list of await listsWith(outlook, email)) await outlook.removeAttendee(list, email);
  } catch (thrown) {
    throw new Failure('remove-attendee', failure(thrown, 'remove-attendee').detail);
  }
}
