/** The join page: /webapp/#/?conference=<alias>[&name=<name>][&join=1] */

import { element, memory } from '../shared/dom';
import { Meeting, type Entry, type Participant } from './meeting';

const NAME_KEY = 'vmrd.name';
const NAME_MAX = 80;
const PIN_MAX = 20;

const page = document.getElementById('page') as HTMLElement;
const status = document.getElementById('status') as HTMLElement;

let meeting: Meeting | undefined;
let attempts = 0; // to join; what comes of any but the last is nobody's wish any more

/** What the address asks for. PINs are not taken from it: addresses end up in histories. */
function parameters(): URLSearchParams {
  return new URLSearchParams(location.hash.replace(/^#\/?\??/, ''));
}

/** Says it to screen readers. */
function say(text: string): void {
  status.textContent = text;
}

/** Lets a long address break after its "@". */
function breakable(text: string): (Node | string)[] {
  return text.split(/(?<=@)/).flatMap((part, i) => (i ? [element('wbr'), part] : [part]));
}

function show(title: string, ...content: HTMLElement[]): void {
  const heading = element('h1', { tabindex: '-1' }, ...breakable(title));
  page.replaceChildren(element('section', { class: 'card' }, heading, ...content));
  document.title = title;
  const field = page.querySelector<HTMLElement>('[data-first]');
  (field ?? heading).focus({ preventScroll: true });
}

function field(label: string, input: HTMLInputElement, hint = ''): HTMLElement {
  const parts: HTMLElement[] = [element('label', { for: input.id }, label), input];
  if (hint) {
    parts.push(element('p', { class: 'hint', id: `${input.id}-hint` }, hint));
    input.setAttribute('aria-describedby', `${input.id}-hint`);
  }
  return element('div', { class: 'field' }, ...parts);
}

function button(label: string, kind: string, onclick?: () => void): HTMLButtonElement {
  const made = element('button', { class: kind, type: onclick ? 'button' : 'submit' }, label);
  if (onclick) made.addEventListener('click', onclick);
  return made;
}

function form(onsubmit: () => void, ...content: HTMLElement[]): HTMLFormElement {
  const made = element('form', { novalidate: true }, ...content);
  made.addEventListener('submit', (event) => {
    event.preventDefault();
    onsubmit();
  });
  return made;
}

/** Asks for what is needed to join: the name, and the address if we do not know it or it was wrong. */
function askName(wrong = ''): void {
  const given = parameters().get('conference')?.trim() ?? '';
  const wanted = wrong ? '' : given;
  const name = element('input', {
    id: 'name',
    autocomplete: 'name',
    maxlength: String(NAME_MAX),
    value: parameters().get('name') ?? memory.get(NAME_KEY),
    required: true,
    'data-first': wanted !== '',
  });
  const alias = element('input', {
    id: 'alias',
    inputmode: 'email',
    autocapitalize: 'none',
    spellcheck: 'false',
    autocomplete: 'off',
    value: wrong || wanted,
    required: true,
    'data-first': wanted === '',
  });
  const missing = (input: HTMLInputElement): boolean => {
    const empty = input.value.trim() === '';
    input.setAttribute('aria-invalid', String(empty));
    if (empty) input.focus();
    return empty;
  };
  const submit = (): void => {
    if (missing(alias) || missing(name)) return;
    memory.set(NAME_KEY, name.value.trim());
    void join(alias.value.trim(), name.value.trim(), undefined);
  };
  const address = wanted
    ? element('p', { class: 'alias' }, ...breakable(wanted))
    : field('Meeting address', alias, 'As it stands in your invitation, for example 123456789@example.com');
  show(
    'Join a meeting',
    form(submit, address, field('Your name', name, 'The others will see it.'), button('Join', 'primary')),
  );
  if (wanted && name.value && parameters().get('join') === '1') submit();
}

function askPin(alias: string, name: string, entry: Entry & { kind: 'pin' }, guests: boolean): void {
  const pin = element('input', {
    id: 'pin',
    type: 'password',
    inputmode: 'numeric',
    autocomplete: 'off',
    maxlength: String(PIN_MAX),
    'data-first': true,
    'aria-invalid': String(entry.wrong),
  });
  const submit = (): void => {
    const digits = pin.value.replace(/\D/g, '');
    if (digits) void join(alias, name, digits, guests);
    else pin.focus();
  };
  const buttons = [button('Join', 'primary')];
  if (guests)
    buttons.push(button('I have no PIN', 'secondary', () => void join(alias, name, '')));
  const wrong = entry.wrong ? [element('p', { class: 'alert', role: 'alert' }, 'This PIN is not right.')] : [];
  show(
    'This meeting has a PIN',
    element('p', { class: 'alias' }, ...breakable(alias)),
    form(submit, ...wrong, field('PIN', pin, 'It stands in your invitation.'), ...buttons),
  );
}

function refuse(alias: string, title: string, detail: string): void {
  show(
    title,
    element('p', {}, detail),
    element('p', { class: 'actions' }, button('Try again', 'primary', () => askName(alias))),
  );
  say(`${title}. ${detail}`);
  document.title = `Cannot join ${alias}`;
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = [words[0], words.length > 1 ? words[words.length - 1] : undefined];
  return letters.map((word) => [...(word ?? '')][0] ?? '').join('').toUpperCase();
}

function row(p: Participant, me: string, tellHosts: boolean): HTMLElement {
  const colour = [...p.uuid].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 6, 0);
  const notes = [p.uuid === me && 'you', tellHosts && p.host && 'host', p.waiting && 'waiting'].filter(Boolean);
  return element(
    'li',
    {},
    element('span', { class: `avatar colour-${colour}`, 'aria-hidden': 'true' }, initials(p.name)),
    element('span', { class: 'who' }, p.name),
    ...(notes.length ? [element('span', { class: 'note' }, notes.join(', '))] : []),
  );
}

/** The room from inside, kept up to date. */
function room(alias: string, title: string, uuid: string): (list: Participant[]) => void {
  const count = element('h2', {}, 'Participants');
  const people = element('ul', { class: 'people', 'aria-label': 'Participants' });
  const waiting = element('p', { class: 'notice', hidden: true }, 'Waiting for a host to let you in.');
  const leave = button('Leave', 'danger', () => void leaveMeeting(alias));
  show(
    title || 'You are in the meeting',
    element('p', { class: 'alias' }, ...breakable(alias)),
    element('p', { class: 'alert', id: 'lost', hidden: true }, 'Connection lost. Trying to come back…'),
    waiting,
    count,
    people,
    element('p', { class: 'actions' }, leave),
  );
  let known: Participant[] = [];
  return (list) => {
    list.sort((a, b) => a.since - b.since || a.name.localeCompare(b.name));
    const came = list.filter((p) => p.uuid !== uuid && !known.some((k) => k.uuid === p.uuid));
    const went = known.filter((k) => !list.some((p) => p.uuid === k.uuid));
    waiting.hidden = !list.some((p) => p.uuid === uuid && p.waiting);
    count.textContent = list.length === 1 ? '1 participant' : `${list.length} participants`;
    const guests = list.some((p) => !p.host); // where all are hosts, the word says nothing
    people.replaceChildren(...list.map((p) => row(p, uuid, guests)));
    say([...came.map((p) => `${p.name} is here.`), ...went.map((p) => `${p.name} left.`)].join(' '));
    known = list;
  };
}

/** guests: we know that guests need no PIN here. */
async function join(alias: string, name: string, pin: string | undefined, guests = false): Promise<void> {
  page.setAttribute('aria-busy', 'true');
  say('Connecting');
  let update: (list: Participant[]) => void = () => {};
  const visit = new Meeting(alias, {
    participants: (list) => update(list),
    ended: (reason) => ended(alias, reason),
    connection: (up) => document.getElementById('lost')?.toggleAttribute('hidden', up),
  });
  const attempt = ++attempts;
  const entry = await visit.enter(name, pin);
  if (attempt !== attempts) return visit.leave();
  page.removeAttribute('aria-busy');
  switch (entry.kind) {
    case 'in':
      meeting = visit;
      update = room(alias, entry.room, entry.uuid);
      break;
    case 'pin':
      askPin(alias, name, entry, guests || entry.guestsMayEnterWithout);
      break;
    case 'full':
      refuse(alias, 'This meeting is full', 'No more people can join it at the moment.');
      break;
    case 'unknown':
      refuse(
        alias,
        `Cannot connect to ${alias}. Check this address and try again`,
        'Meeting rooms open shortly before the meeting starts, and close some time after its end.',
      );
      break;
    case 'broken':
      refuse(alias, 'The server has a problem', 'Try again in a minute. If it stays so, tell your administrator.');
      break;
    case 'unreachable':
      refuse(alias, 'The server cannot be reached', 'Check your network connection, and try again.');
      break;
  }
}

async function leaveMeeting(alias: string): Promise<void> {
  const left = meeting;
  meeting = undefined;
  await left?.leave();
  goodbye(alias, 'You have left the meeting');
}

function ended(alias: string, reason: string): void {
  meeting = undefined;
  const over = reason.startsWith('Conference terminated');
  goodbye(alias, over ? 'The meeting has ended' : 'You are not in the meeting any more');
}

function goodbye(alias: string, title: string): void {
  show(
    title,
    element('p', { class: 'alias' }, ...breakable(alias)),
    element('p', { class: 'actions' }, button('Join again', 'secondary', () => askName())),
  );
}

/* Whoever closes the page has left; a page that comes back from the browser's memory begins anew. */
addEventListener('pagehide', () => void meeting?.leave());
addEventListener('pageshow', (event) => {
  if (event.persisted) askName();
});
addEventListener('hashchange', () => {
  const left = meeting;
  meeting = undefined;
  attempts++;
  page.removeAttribute('aria-busy');
  void left?.leave();
  askName();
});
askName();
