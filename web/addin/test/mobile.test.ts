import { expect, test } from 'vitest';
import { insert } from '../insert';
import { Log } from '../log';
import { before, onMobile } from '../mobile-outlook';
import { INSTRUCTIONS, MARKER, Meeting } from './meeting';

const what = { html: INSTRUCTIONS, marker: MARKER, location: '' };

/** A meeting as an object of its own calls: Outlook mobile's is wrapped. */
function mobile(meeting: Meeting) {
  const bound = Object.fromEntries(
    [
      'bodyType',
      'body',
      'prepend',
      'setBody',
      'attendees',
      'addAttendee',
      'removeAttendee',
      'location',
      'setLocation',
      'note',
      'setNote',
      'owner',
    ].map((name) => [name, (meeting[name as keyof Meeting] as () => unknown).bind(meeting)]),
  ) as unknown as Meeting;
  return onMobile(bound);
}

test('prepends where that works', async () => {
  const meeting = new Meeting();
  meeting.text = '<p>Agenda</p>';
  await insert(mobile(meeting), what, new Log());
  expect(meeting.calls).not.toContain('setBody');
});

test('writes the body back, all of it, where it does not', async () => {
  const meeting = new Meeting();
  meeting.text = '<html><body lang="en"><p>Agenda &amp; <o:p></o:p></p></body></html>';
  meeting.failing.add('prepend').add('bodyType');
  await insert(mobile(meeting), what, new Log());
  expect(meeting.text).toContain(MARKER);
  expect(meeting.text).toMatch(/^<html><body lang="en"><div id="vmrd/);
  expect(meeting.text).toMatch(/<p>Agenda &amp; <o:p><\/o:p><\/p><\/body><\/html>$/);
});

test('does not write it back when prepending failed only in words', async () => {
  const meeting = new Meeting();
  const prepend = meeting.prepend.bind(meeting);
  meeting.prepend = async (text: string) => {
    await prepend(text);
    throw new Error('late');
  };
  await insert(mobile(meeting), what, new Log());
  expect(meeting.text.split(MARKER)).toHaveLength(2);
  expect(meeting.calls).not.toContain('setBody');
});

test('the place before the body of a document, a fragment, a text', () => {
  expect(before('x', '<BODY class="a">y</BODY>', 'html')).toBe('<BODY class="a">xy</BODY>');
  expect(before('x', '<p>y</p>', 'html')).toBe('x<p>y</p>');
  expect(before('x', '<body>y', 'text')).toBe('x<body>y');
});
