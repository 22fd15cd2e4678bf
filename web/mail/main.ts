/** The emulator's mail page: #/calendar, #/inbox, #/item/<id>, #/new, #/edit/<id> */

import { element, memory } from '../shared/dom';
import { Mailbox, settings as readSettings, version, type Settings, type User } from './api';
import { Form } from './form';
import { alertBox, field, link, select } from './parts';
import { calendarView, itemView, messagesView } from './views';

const USER_KEY = 'emulator.user';
const LOOK_EVERY_MS = 1000;
const FOLDERS = ['inbox', 'sentitems', 'deleteditems'];

const page = document.getElementById('page') as HTMLElement;
const top = document.getElementById('top') as HTMLElement;

let settings: Settings;
let user: User | undefined;
let form: Form | undefined;
let seen = 0; // the emulator's version that is shown
let visit = 0; // what comes of any but the last is nobody's wish any more

function chosenUser(): User | undefined {
  const name = new URLSearchParams(location.search).get('user') ?? memory.get(USER_KEY);
  const found = settings.users.find((u) => u.user === name);
  if (found) memory.set(USER_KEY, found.user);
  return found;
}

function signIn(name: string): void {
  memory.set(USER_KEY, name);
  const address = new URL(location.href);
  address.searchParams.delete('user');
  history.replaceState(null, '', address);
  user = chosenUser();
  void show(true);
}

function userSelect(value: string): HTMLSelectElement {
  const options = settings.users.map((u): [string, string] => [u.user, `${u.name} (${u.smtp})`]);
  const control = select(value ? options : [['', 'Choose a user'], ...options], value, 'user');
  control.addEventListener('change', () => control.value && signIn(control.value));
  return control;
}

function signInView(): HTMLElement {
  return element(
    'div',
    {},
    element('h1', {}, 'Sign in'),
    element('p', {}, 'The emulator asks for no password: choose whose mailbox to see.'),
    field('User', userSelect('')),
  );
}

function showTop(): void {
  if (!user) return top.replaceChildren();
  const here = location.hash.split('/')[1] ?? '';
  const links: [string, string, boolean][] = [
    ['Calendar', '#/calendar', here === 'calendar' || here === ''],
    ['Inbox', '#/inbox', FOLDERS.includes(here)],
    ['New meeting', '#/new', here === 'new'],
  ];
  const nav = element('nav', { 'aria-label': 'Mail' });
  for (const [label, hash, current] of links) {
    const a = link(label, hash);
    if (current) a.setAttribute('aria-current', 'page');
    nav.append(a);
  }
  top.replaceChildren(nav, field('Signed in as', userSelect(user.user)));
}

/** The mailbox in the address: `@boss@example.com` behind the view's name. */
function mailboxFor(signedIn: User, address: string | undefined): Mailbox {
  const known = signedIn.delegate_of.find((m) => m.smtp === address);
  return new Mailbox(signedIn, known?.smtp);
}

async function itemOwner(signedIn: User, id: string): Promise<Mailbox> {
  for (const { smtp } of [signedIn, ...signedIn.delegate_of]) {
    const mailbox = new Mailbox(signedIn, smtp);
    if (await mailbox.item(id).then(() => true, () => false)) return mailbox;
  }
  return new Mailbox(signedIn);
}

async function view(signedIn: User, parts: string[]): Promise<HTMLElement> {
  const [name = 'calendar', argument] = parts;
  if (name === 'new') {
    form = new Form(settings, signedIn, undefined, mailboxFor(signedIn, argument));
    return form.view();
  }
  if (name === 'edit' && argument) {
    const mailbox = await itemOwner(signedIn, argument);
    form = new Form(settings, signedIn, await mailbox.item(argument), mailbox);
    return form.view();
  }
  if (name === 'item' && argument) return itemView(await itemOwner(signedIn, argument), argument);
  if (FOLDERS.includes(name)) return messagesView(mailboxFor(signedIn, argument), name);
  return calendarView(mailboxFor(signedIn, argument), argument && /^\d/.test(argument) ? new Date(`${argument}T12:00`) : new Date());
}

/** fresh: the user went somewhere; else only what changed is to be seen. */
async function show(fresh: boolean): Promise<void> {
  const mine = ++visit;
  const parts = location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);
  if (fresh) {
    form?.leave();
    form = undefined;
    showTop();
  }
  const made = user
    ? await view(user, parts).catch((error: Error) => element('div', {}, element('h1', {}, 'Not there'), alertBox(error.message)))
    : signInView();
  if (mine !== visit) return;
  const y = scrollY;
  page.replaceChildren(made);
  document.title = `${made.querySelector('h1')?.textContent ?? 'Mail'} - Exchange emulator`;
  if (fresh) page.focus({ preventScroll: true });
  scrollTo(0, fresh ? 0 : y);
}

/** New mail, and answers, are seen by themselves; a form is left alone. */
async function look(): Promise<void> {
  const now = await version().catch(() => seen);
  if (now !== seen && !form && user && !document.hidden) await show(false);
  seen = now;
}

async function start(): Promise<void> {
  settings = await readSettings();
  settings.users.sort((a, b) => a.name.localeCompare(b.name));
  user = chosenUser();
  seen = await version();
  await show(true);
  addEventListener('hashchange', () => void show(true));
  setInterval(() => void look(), LOOK_EVERY_MS);
}

void start().catch((error: Error) => page.replaceChildren(alertBox(error.message)));
