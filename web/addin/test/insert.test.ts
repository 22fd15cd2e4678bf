import { beforeEach, describe, expect, test } from 'vitest';
import { insert, LOCATION_MAX, look, remove, type Instructions } from '../insert';
import { Log } from '../log';
import { INSTRUCTIONS, MARKER, Meeting } from './meeting';

const ROOM = { name: 'Video', email: 'video@example.com' };
const what: Instructions = {
  html: INSTRUCTIONS,
  marker: MARKER,
  resource: ROOM,
  location: 'Video',
};
const log = new Log();
let meeting: Meeting;
beforeEach(() => {
  meeting = new Meeting();
  meeting.text = '<p>Agenda</p>';
});

describe('insertion', () => {
  test('puts text, resource and location in, and never sets the body', async () => {
    expect(await insert(meeting, what, log)).toEqual([]);
    expect(meeting.text).toContain(MARKER);
    expect(meeting.text.endsWith('<p>Agenda</p>')).toBe(true);
    expect(meeting.lists).toEqual({ required: [], optional: [ROOM] });
    expect(meeting.place).toBe('Video');
    expect(meeting.calls).not.toContain('setBody');
  });
  test('leaves a resource alone that is there, in whatever list and case', async () => {
    meeting.lists.required.push({ name: '', email: 'VIDEO@example.com' });
    await insert(meeting, what, log);
    expect(meeting.lists.optional).toEqual([]);
  });
  test('leaves a location alone, and cuts a long one', async () => {
    meeting.place = 'Room 5';
    await insert(meeting, what, log);
    expect(meeting.place).toBe('Room 5');
    meeting = new Meeting();
    await insert(meeting, { ...what, location: 'x'.repeat(LOCATION_MAX + 1) }, log);
    expect(meeting.place).toHaveLength(LOCATION_MAX);
  });
  test('writes plain text where the meeting is plain text', async () => {
    meeting.type = 'text';
    meeting.text = 'Agenda';
    await insert(meeting, what, log);
    expect(meeting.text).toMatch(/^Join the video meeting\n\n- In a browser: https:/);
    expect(meeting.text).toMatch(/#\n\nAgenda$/);
    expect(meeting.text).not.toContain('<li>');
  });
  test('adds a marker that the template forgot', async () => {
    await insert(meeting, { ...what, html: '<p>Join</p>' }, log);
    expect(meeting.text).toContain(`<p>${MARKER}</p>`);
  });
  test('takes the resource back when the text does not go in', async () => {
    meeting.failing.add('prepend');
    await expect(insert(meeting, what, log)).rejects.toMatchObject({ code: 'insert' });
    expect(meeting.lists.optional).toEqual([]);
    expect(meeting.text).toBe('<p>Agenda</p>');
  });
  test('believes the body, not the call that answered too late', async () => {
    const prepend = meeting.prepend.bind(meeting);
    meeting.prepend = async (text) => {
      await prepend(text);
      throw new Error('no answer');
    };
    expect(await insert(meeting, what, log)).toEqual([]);
  });
  test('does not put in twice what came after Outlook had given it up', async () => {
    meeting.text = INSTRUCTIONS + meeting.text;
    expect(await insert(meeting, what, log)).toEqual([]);
    expect(meeting.calls).not.toContain('prepend');
  });
  test('says when nothing arrived although Outlook said so', async () => {
    meeting.prepend = async () => undefined;
    await expect(insert(meeting, what, log)).rejects.toMatchObject({ code: 'lost' });
  });
  test('says when Outlook drops what was written before', async () => {
    meeting.text = '<p>Agenda: budget, cake, weather</p>';
    meeting.rewrite = (html) => html.replace(/<p>Agenda.*/, '');
    expect(await insert(meeting, what, log)).toEqual(['text']);
  });
  test('does without a location and without a note', async () => {
    meeting.failing.add('setLocation').add('setNote');
    expect(await insert(meeting, what, log)).toEqual(['location']);
    expect((await look(meeting)).marker).toBe('whole');
  });
  test('does nothing when the resource cannot be added', async () => {
    meeting.failing.add('addAttendee');
    await expect(insert(meeting, what, log)).rejects.toMatchObject({ code: 'attendee' });
    expect(meeting.text).toBe('<p>Agenda</p>');
  });
});

describe('removal', () => {
  test('leaves the meeting as it was', async () => {
    meeting.lists.optional.push({ name: 'Bob', email: 'bob@example.com' });
    await insert(meeting, what, log);
    await remove(meeting, log);
    expect(meeting.text).toBe('<p>Agenda</p>');
    expect(meeting.lists.optional).toEqual([{ name: 'Bob', email: 'bob@example.com' }]);
    expect(meeting.place).toBe('');
    expect(meeting.kept).toBe('');
  });
  test('leaves a location that was changed meanwhile', async () => {
    await insert(meeting, what, log);
    meeting.place = 'Room 5';
    await remove(meeting, log);
    expect(meeting.place).toBe('Room 5');
  });
  test('without a note: by the wrapping element and the address that the caller knows', async () => {
    meeting.failing.add('setNote').add('note');
    await insert(meeting, what, log);
    await remove(meeting, log, ROOM.email);
    expect(meeting.text).toBe('<p>Agenda</p>');
    expect(meeting.lists.optional).toEqual([]);
  });
  test('keeps what is typed until the very last moment', async () => {
    await insert(meeting, what, log);
    const note = meeting.note.bind(meeting);
    meeting.note = async () => {
      meeting.text += '<p>typed meanwhile</p>';
      return note();
    };
    await remove(meeting, log);
    expect(meeting.text).toBe('<p>Agenda</p><p>typed meanwhile</p>');
  });
  test('changes nothing when the text was edited', async () => {
    await insert(meeting, what, log);
    meeting.text = meeting.text.replace('By number', 'By phone');
    const before = meeting.text;
    await expect(remove(meeting, log)).rejects.toMatchObject({ code: 'changed' });
    expect(meeting.text).toBe(before);
    expect(meeting.lists.optional).toEqual([ROOM]);
  });
  test('says when the attendee stays', async () => {
    await insert(meeting, what, log);
    meeting.failing.add('removeAttendee');
    await expect(remove(meeting, log)).rejects.toMatchObject({ code: 'remove-attendee' });
  });
  test('of plain text', async () => {
    meeting.type = 'text';
    meeting.text = 'Agenda';
    await insert(meeting, what, log);
    await remove(meeting, log);
    expect(meeting.text).toBe('Agenda');
  });
});

describe('how a meeting stands', () => {
  const nothing = { marker: 'none', isVideo: false, resource: '', missing: false };
  test('new, with a room, without its resource', async () => {
    expect(await look(meeting)).toEqual(nothing);
    await insert(meeting, what, log);
    const state = { marker: 'whole', isVideo: true, resource: ROOM.email, missing: false };
    expect(await look(meeting)).toEqual(state);
    meeting.lists.optional = [];
    expect(await look(meeting)).toEqual({ ...state, missing: true });
  });
  test('without a note: by the resource that the caller knows', async () => {
    meeting.failing.add('setNote').add('note');
    await insert(meeting, what, log);
    const state = { marker: 'whole', isVideo: true, resource: ROOM.email, missing: false };
    expect(await look(meeting, ROOM.email)).toEqual(state);
    meeting.lists.optional = [];
    expect(await look(meeting, ROOM.email)).toEqual({ ...state, missing: true });
    meeting.text = '<p>Agenda</p>';
    expect(await look(meeting, ROOM.email)).toEqual(nothing);
  });
  test('with a personal room, known by its note or its wrapping element', async () => {
    await insert(meeting, { html: '<p>Join my room</p>', marker: '', location: '' }, log);
    expect(await look(meeting)).toEqual({ ...nothing, isVideo: true });
    meeting.text = '<p>Join my room</p><p>Agenda</p>';
    expect((await look(meeting)).isVideo).toBe(true);
    meeting.text = '';
    expect(await look(meeting)).toEqual(nothing);
    meeting.failing.add('setNote').add('note');
    await insert(meeting, { html: '<p>Join my room</p>', marker: '', location: '' }, log);
    expect((await look(meeting)).isVideo).toBe(true);
  });
  test('with a broken note', async () => {
    for (const kept of ['', '{', '{"print":{}}', 'null', '[]']) {
      meeting.kept = kept;
      expect(await look(meeting)).toEqual(nothing);
    }
  });
});
