/** Reading: the calendar's weeks, the inbox, one item. */

import { element } from '../shared/dom';
import type { Attendee, Entry, Item, Mailbox, Message } from './api';
import { alertBox, button, dateTime, link, named, say, span } from './parts';
import { parse } from './rewrite';

const DAY_MS = 86400000;
const WEEK = 7;

const RESPONSES: Record<string, string> = {
  Accept: 'accepted',
  Tentative: 'tentative',
  Decline: 'declined',
  Organizer: 'organizer',
};

/** The Monday of the week of that day, midnight here. */
export function monday(day: Date): Date {
  const start = new Date(day.getFullYear(), day.getMonth(), day.getDate());
  start.setDate(start.getDate() - ((start.getDay() + 6) % WEEK));
  return start;
}

export function dayName(day: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

function moved(day: Date, days: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);
}

function entryRow(entry: Entry): HTMLElement {
  const notes = [
    entry.cancelled && 'cancelled',
    entry.kind !== 'single' && 'recurring',
    entry.own && !entry.sent && 'not sent',
    !entry.own && RESPONSES[entry.my_response],
  ].filter(Boolean);
  return element(
    'li',
    { class: entry.cancelled ? 'entry cancelled' : 'entry' },
    element('span', { class: 'time' }, new Date(entry.start).toLocaleTimeString(undefined, { timeStyle: 'short' })),
    link(entry.subject || '(no subject)', `#/item/${encodeURIComponent(entry.id)}`),
    ...(entry.location ? [element('span', { class: 'place' }, entry.location)] : []),
    ...(notes.length ? [element('span', { class: 'note' }, notes.join(', '))] : []),
  );
}

export async function calendarView(mailbox: Mailbox, day: Date): Promise<HTMLElement> {
  const from = monday(day);
  const entries = await mailbox.calendar(from, moved(from, WEEK));
  entries.sort((a, b) => a.start.localeCompare(b.start));
  const days = Array.from({ length: WEEK }, (_, i) => {
    const [start, end] = [moved(from, i).getTime(), moved(from, i + 1).getTime()];
    const own = entries.filter((e) => Date.parse(e.start) < end && Date.parse(e.end) > start);
    const name = new Date(start).toLocaleDateString(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
    const today = Date.now() >= start && Date.now() < start + DAY_MS;
    return element(
      'section',
      { class: today ? 'day today' : 'day' },
      element('h2', {}, name),
      own.length ? element('ul', {}, ...own.map(entryRow)) : element('p', { class: 'hint' }, 'Nothing'),
    );
  });
  return element(
    'div',
    {},
    element('h1', {}, `Calendar of ${mailbox.name}`),
    element(
      'nav',
      { class: 'commands', 'aria-label': 'Weeks' },
      link('Previous week', `#/calendar/${dayName(moved(from, -WEEK))}`),
      link('This week', '#/calendar'),
      link('Next week', `#/calendar/${dayName(moved(from, WEEK))}`),
    ),
    element('div', { class: 'week' }, ...days),
  );
}

const KINDS: Record<string, string> = {
  'IPM.Schedule.Meeting.Request': 'Invitation',
  'IPM.Schedule.Meeting.Canceled': 'Cancellation',
  'IPM.Schedule.Meeting.Resp.Pos': 'Accepted',
  'IPM.Schedule.Meeting.Resp.Tent': 'Tentative',
  'IPM.Schedule.Meeting.Resp.Neg': 'Declined',
};

function messageRow(message: Message): HTMLElement {
  const kind = KINDS[message.class];
  return element(
    'li',
    { class: message.is_read ? 'message' : 'message unread' },
    element('span', { class: 'from' }, message.from.name ?? message.from.smtp),
    link(message.subject || '(no subject)', `#/item/${encodeURIComponent(message.id)}`),
    ...(kind ? [element('span', { class: `kind ${kind.toLowerCase()}` }, kind)] : []),
    ...(message.is_read ? [] : [element('span', { class: 'unseen' }, 'unread')]),
    element('span', { class: 'when' }, dateTime(message.received)),
    element('span', { class: 'preview' }, message.preview),
  );
}

const FOLDERS: Record<string, string> = { inbox: 'Inbox', sentitems: 'Sent items', deleteditems: 'Deleted items' };

export async function messagesView(mailbox: Mailbox, folder: string): Promise<HTMLElement> {
  const messages = await mailbox.messages(folder);
  return element(
    'div',
    {},
    element('h1', {}, `${FOLDERS[folder] ?? folder} of ${mailbox.name}`),
    element('nav', { class: 'commands', 'aria-label': 'Folders' }, ...Object.entries(FOLDERS).map(([f, l]) => link(l, `#/${f}`))),
    messages.length
      ? element('ul', { class: 'messages' }, ...messages.map(messageRow))
      : element('p', { class: 'hint' }, 'Nothing here.'),
  );
}

function people(label: string, list: Attendee[]): HTMLElement[] {
  if (!list.length) return [];
  const rows = list.map((a) => {
    const answer = RESPONSES[a.response];
    return element('li', {}, named(a), ...(answer ? [' ', element('span', { class: 'note' }, answer)] : []));
  });
  return [element('dt', {}, label), element('dd', {}, element('ul', {}, ...rows))];
}

function rule(item: Item): HTMLElement[] {
  if (!item.recurrence) return [];
  const { pattern, end_date, count } = item.recurrence;
  const end = end_date ? `until ${end_date}` : count ? `${count} times` : 'without end';
  return [element('dt', {}, 'Repeats'), element('dd', {}, `${pattern}, ${end}`)];
}

function facts(item: Item): HTMLElement {
  const meeting = item.type !== 'Message';
  const from = item.sender.smtp && item.sender.smtp !== item.from.smtp ? `${named(item.sender)} on behalf of ${named(item.from)}` : named(item.from);
  return element(
    'dl',
    {},
    ...(item.from.smtp ? [element('dt', {}, 'From'), element('dd', {}, from)] : []),
    ...(meeting ? [element('dt', {}, 'When'), element('dd', {}, span(item))] : []),
    ...rule(item),
    ...(item.location ? [element('dt', {}, 'Where'), element('dd', {}, item.location)] : []),
    ...(meeting && item.organizer.smtp ? [element('dt', {}, 'Organizer'), element('dd', {}, named(item.organizer))] : []),
    ...people('Required', item.required),
    ...people('Optional', item.optional),
    ...people('Resources', item.resources),
  );
}

function body(item: Item): HTMLElement {
  if (!item.body.html) return element('pre', { class: 'read', tabindex: '0', 'aria-label': 'Text' }, item.body.content);
  const shown = element('div', { class: 'read' });
  shown.append(...document.importNode(parse(item.body.content), true).childNodes);
  for (const a of shown.querySelectorAll('a[href]')) {
    a.setAttribute('target', '_blank');
    a.setAttribute('rel', 'noopener noreferrer');
  }
  return shown;
}

/** What can be done with it; each leads somewhere else when it went well. */
function actions(mailbox: Mailbox, item: Item, failed: (text: string) => void): HTMLElement[] {
  const go = (done: string, act: () => Promise<unknown>) => async () => {
    try {
      await act();
      say(done);
      location.hash = '#/calendar';
    } catch (error) {
      failed((error as Error).message);
    }
  };
  if (item.type === 'CalendarItem' && item.folder === 'calendar' && item.own) {
    const edit = (label: string, id: string): HTMLElement =>
      button(label, 'primary', () => (location.hash = `#/edit/${encodeURIComponent(id)}`));
    const cancel = (label: string, target: Item): HTMLElement =>
      button(label, 'danger', go('Cancelled.', () => mailbox.cancel(target, target.sent, '')));
    if (item.master_id === null) return [edit('Edit', item.id), cancel(item.sent ? 'Cancel the meeting' : 'Delete', item)];
    const masterId = item.master_id;
    return [
      edit('Edit this occurrence', item.id),
      edit('Edit the series', masterId),
      cancel('Cancel this occurrence', item),
      button('Cancel the series', 'danger', go('Cancelled.', async () => mailbox.cancel(await mailbox.item(masterId), item.sent, ''))),
    ];
  }
  const answerable = (item.type === 'MeetingRequest' && !item.is_out_of_date) || (item.type === 'CalendarItem' && !item.own && !item.cancelled);
  if (!answerable || item.folder === 'deleteditems' || item.folder === 'sentitems') return [];
  return [
    button('Accept', 'primary', go('Accepted.', () => mailbox.answer(item, 'accept'))),
    button('Tentative', 'secondary', go('Answered.', () => mailbox.answer(item, 'tentative'))),
    button('Decline', 'danger', go('Declined.', () => mailbox.answer(item, 'decline'))),
  ];
}

export async function itemView(mailbox: Mailbox, id: string): Promise<HTMLElement> {
  const item = await mailbox.item(id);
  if (item.type !== 'CalendarItem' && !item.is_read) await mailbox.markRead(id);
  const problems = element('div', {});
  const kind = KINDS[item.class];
  return element(
    'article',
    { class: 'item' },
    element('h1', {}, item.subject || '(no subject)'),
    ...(kind ? [element('p', {}, element('span', { class: `kind ${kind.toLowerCase()}` }, kind))] : []),
    ...(item.cancelled ? [element('p', { class: 'notice' }, 'This meeting has been cancelled.')] : []),
    problems,
    element('div', { class: 'commands' }, ...actions(mailbox, item, (text) => problems.replaceChildren(alertBox(text)))),
    facts(item),
    body(item),
  );
}
