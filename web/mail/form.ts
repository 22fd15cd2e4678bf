/** Writing an appointment, with the add-in beside it. */

import { element } from '../shared/dom';
import { Mailbox, type Item, type Recurrence, type Settings, type User, type Wish } from './api';
import type { Person } from './channel';
import { controlPanel, controls } from './controls';
import { Editor } from './editor';
import { Outlook, type Appointment, type Role } from './outlook';
import { alertBox, button, field, say, select } from './parts';
import { asDocument } from './rewrite';
import { instant, later, minutesBetween, ownZone, wallClock } from './when';

const DEFAULT_MINUTES = 30;
const HALF_HOUR_MS = 1800000;
const OFFICE_JS_VERSION = '16.01';

function splitAddresses(text: string): string[] {
  return text.split(/[;,\n]/).map((t) => t.trim()).filter(Boolean);
}

/** Only what looks like an address is one; the rest Outlook would underline in red. */
function isResolved(address: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(address);
}

export class Form implements Appointment {
  mailbox: Mailbox;
  customProperties: Record<string, unknown> = {};
  private id: string | undefined;
  private changeKey: string | undefined;
  private sent = false;
  private outlook: Outlook | undefined;

  private readonly subject = element('input', { id: 'subject', autocomplete: 'off' });
  private readonly required = element('input', { id: 'required', autocomplete: 'off', spellcheck: 'false' });
  private readonly optional = element('input', { id: 'optional', autocomplete: 'off', spellcheck: 'false' });
  private readonly location = element('input', { id: 'location', autocomplete: 'off' });
  private readonly start = element('input', { id: 'start', type: 'datetime-local', required: true });
  private readonly end = element('input', { id: 'end', type: 'datetime-local', required: true });
  private readonly zone: HTMLSelectElement;
  private readonly owner: HTMLSelectElement;
  private readonly repeat = select(
    [['', 'Does not repeat'], ['daily', 'Daily'], ['weekly', 'Weekly'], ['monthly', 'Monthly'], ['yearly', 'Yearly']],
    '',
    'repeat',
  );
  private readonly until = element('input', { id: 'until', type: 'date' });
  private readonly format = select([['html', 'HTML'], ['text', 'Plain text']], 'html', 'format');
  private readonly editor = new Editor();
  private readonly notices = element('div', { class: 'notices' });
  private readonly pane = element('aside', { id: 'pane', 'aria-label': 'Add-in' });
  private resources: string[] = [];

  constructor(
    private readonly settings: Settings,
    private readonly user: User,
    private readonly item: Item | undefined,
    mailbox: Mailbox,
  ) {
    this.mailbox = mailbox;
    this.zone = select(settings.zones.map((z) => [z.windows, z.windows]), ownZone(settings.zones).windows, 'zone');
    const owners: [string, string][] = [{ smtp: user.smtp, name: user.name }, ...user.delegate_of].map((m) => [m.smtp, m.name]);
    this.owner = select(owners, mailbox.smtp, 'owner');
    this.owner.disabled = item !== undefined;
    if (item) this.fill(item);
    else this.fillNew();
    this.listen();
  }

  /* What it starts with. */

  private fillNew(): void {
    const next = new Date(Math.ceil(Date.now() / HALF_HOUR_MS) * HALF_HOUR_MS);
    this.start.value = wallClock(next, this.iana);
    this.end.value = later(this.start.value, DEFAULT_MINUTES);
    this.editor.content = '<p><br></p>';
  }

  private fill(item: Item): void {
    this.id = item.id;
    this.changeKey = item.change_key;
    this.sent = item.sent;
    this.customProperties = item.addin_properties;
    this.subject.value = item.subject;
    this.location.value = item.location;
    this.zone.value = item.zone;
    this.start.value = item.start_local ?? '';
    this.end.value = item.end_local ?? '';
    this.required.value = item.required.map((a) => a.smtp).join('; ');
    this.optional.value = item.optional.map((a) => a.smtp).join('; ');
    this.resources = item.resources.map((a) => a.smtp);
    this.format.value = item.body.html ? 'html' : 'text';
    this.editor.setFormat(item.body.html);
    this.editor.content = item.body.content;
    this.repeat.value = item.recurrence && item.recurrence.pattern !== 'other' ? item.recurrence.pattern : '';
    this.until.value = item.recurrence?.end_date ?? '';
    this.repeat.disabled = this.until.disabled = this.fixedRule;
  }

  /** Occurrences have no rule of their own, and there are rules that this form does not have. */
  private get fixedRule(): boolean {
    const { item } = this;
    return !!item && (item.master_id !== null || item.recurrence?.pattern === 'other');
  }

  private listen(): void {
    let minutes = minutesBetween(this.start.value, this.end.value);
    this.start.addEventListener('change', () => {
      if (this.start.value) this.end.value = later(this.start.value, minutes);
    });
    for (const input of [this.start, this.end, this.zone])
      input.addEventListener('change', () => {
        if (!this.start.value || !this.end.value) return;
        minutes = minutesBetween(this.start.value, this.end.value);
        this.outlook?.notify('olkAppointmentTimeChanged', { start: this.getTime('start'), end: this.getTime('end') });
      });
    for (const input of [this.required, this.optional])
      input.addEventListener('change', () => this.outlook?.notify('olkRecipientsChanged'));
    this.format.addEventListener('change', () => this.editor.setFormat(this.format.value === 'html'));
    this.owner.addEventListener('change', () => {
      this.mailbox = new Mailbox(this.user, this.owner.value);
      this.showAddin();
    });
  }

  /* What an add-in sees of it. */

  get windowsZone(): string {
    return this.zone.value;
  }

  private get iana(): string {
    return this.settings.zones.find((z) => z.windows === this.zone.value)?.iana ?? 'UTC';
  }

  getText(name: 'subject' | 'location'): string {
    return this[name].value;
  }

  setText(name: 'subject' | 'location', value: string): void {
    this[name].value = value;
  }

  private roleInput(role: Role): HTMLInputElement {
    return role === 'requiredAttendees' ? this.required : this.optional;
  }

  getPeople(role: Role): Person[] {
    const known = [...this.settings.users, ...this.settings.equipment];
    return splitAddresses(this.roleInput(role).value)
      .filter(isResolved)
      .map((emailAddress) => ({
        emailAddress,
        displayName: known.find((u) => u.smtp.toLowerCase() === emailAddress.toLowerCase())?.name ?? emailAddress,
      }));
  }

  setPeople(role: Role, people: Person[]): void {
    const unresolved = splitAddresses(this.roleInput(role).value).filter((a) => !isResolved(a));
    this.roleInput(role).value = [...people.map((p) => p.emailAddress), ...unresolved].join('; ');
  }

  getTime(which: 'start' | 'end'): Date {
    return instant(this[which].value, this.iana);
  }

  setTime(which: 'start' | 'end', time: Date): void {
    this[which].value = wallClock(time, this.iana);
  }

  get isHtml(): boolean {
    return this.editor.isHtml;
  }

  getBody(): string {
    return this.editor.content;
  }

  setBody(content: string): void {
    this.editor.content = content;
  }

  insert(content: string, where: 'cursor' | 'top'): void {
    this.editor.insert(content, where);
  }

  /* What is done with it. */

  private get recurrence(): Recurrence | null {
    if (!this.repeat.value) return null;
    const pattern = this.repeat.value as Recurrence['pattern'];
    return { pattern, interval: 1, weekdays: [], end_date: this.until.value || null, count: 0 };
  }

  private wish(send: boolean): Wish {
    const same = this.item?.recurrence?.pattern === this.repeat.value && this.item.recurrence.end_date === (this.until.value || null);
    const hadRule = !!this.item?.recurrence;
    const rule = this.fixedRule || same || (!hadRule && !this.repeat.value) ? {} : { recurrence: this.recurrence };
    return {
      ...(this.id && this.changeKey ? { id: this.id, change_key: this.changeKey } : {}),
      send,
      subject: this.subject.value,
      body: this.isHtml ? asDocument(this.editor.content, controls.rewriting) : this.editor.content,
      html: this.isHtml,
      start: `${this.start.value}:00`,
      end: `${this.end.value}:00`,
      zone: this.zone.value,
      location: this.location.value,
      required: splitAddresses(this.required.value),
      optional: splitAddresses(this.optional.value),
      resources: this.resources,
      addin_properties: this.customProperties,
      ...rule,
    };
  }

  private async store(send: boolean): Promise<string> {
    const saved = await this.mailbox.save(this.wish(send));
    this.id = saved.id;
    this.changeKey = saved.change_key;
    this.owner.disabled = true;
    return saved.id;
  }

  save(): Promise<string> {
    return this.store(false);
  }

  private problem(): string {
    if (!this.start.value || !this.end.value) return 'Give it a start and an end.';
    if (this.end.value < this.start.value) return 'It ends before it starts.';
    const wrong = [...splitAddresses(this.required.value), ...splitAddresses(this.optional.value)].find((a) => !isResolved(a));
    return wrong ? `“${wrong}” is no address.` : '';
  }

  private async finish(send: boolean): Promise<void> {
    const problem = this.problem();
    this.notices.replaceChildren(...(problem ? [alertBox(problem)] : []));
    if (problem) return;
    try {
      await this.store(send);
      say(send ? 'Sent.' : 'Saved.');
      location.hash = `#/calendar/${this.start.value.slice(0, 10)}`;
    } catch (error) {
      this.notices.replaceChildren(alertBox((error as Error).message));
    }
  }

  close(): void {
    history.back();
  }

  /* How it looks. */

  private showAddin(): void {
    const { url } = this.settings.addin;
    this.outlook?.end();
    this.outlook = undefined;
    if (!url) {
      this.pane.replaceChildren(element('p', { class: 'hint' }, 'No add-in is installed: the emulator was started without one.'));
      return;
    }
    const address = new URL(url);
    address.searchParams.set('_host_Info', `Outlook$Web$${OFFICE_JS_VERSION}$${controls.language}`);
    const frame = element('iframe', { id: 'addin', title: 'Add-in', src: address.href });
    this.outlook = new Outlook(frame, address.origin, this, this.settings.addin.sso, (texts) => this.notices.replaceChildren(...texts.map((t) => element('p', { class: 'notice' }, t))));
    this.pane.replaceChildren(frame);
    this.resize();
  }

  private resize(): void {
    this.pane.style.setProperty('--pane-width', `${controls.width}px`);
  }

  private commands(): HTMLElement {
    const addin = button('Add-in', 'secondary', () => {
      this.pane.hidden = !this.pane.hidden;
      addin.setAttribute('aria-expanded', String(!this.pane.hidden));
      if (!this.pane.hidden) this.showAddin();
    });
    addin.setAttribute('aria-expanded', 'true');
    addin.setAttribute('aria-controls', 'pane');
    return element(
      'div',
      { class: 'commands' },
      button(this.sent ? 'Send update' : 'Send', 'primary', () => this.finish(true)),
      button('Save without sending', 'secondary', () => this.finish(false)),
      button('Discard', 'secondary', () => this.close()),
      addin,
    );
  }

  view(): HTMLElement {
    const delegates = this.user.delegate_of.length ? [field('On behalf of', this.owner)] : [];
    const form = element(
      'form',
      { class: 'appointment', novalidate: true, onsubmit: (event) => event.preventDefault() },
      this.commands(),
      this.notices,
      ...delegates,
      field('Subject', this.subject),
      field('Required', this.required, 'Addresses, separated by semicolons'),
      field('Optional', this.optional),
      element('div', { class: 'row' }, field('Start', this.start), field('End', this.end), field('Time zone', this.zone)),
      element('div', { class: 'row' }, field('Repeat', this.repeat), field('Until', this.until), field('Format', this.format)),
      field('Location', this.location),
      this.editor.root,
    );
    const emulator = controlPanel(() => this.resize(), () => this.showAddin());
    const view = element(
      'div',
      { class: 'compose' },
      element('h1', {}, this.item ? 'Change the meeting' : 'New meeting'),
      element('div', { class: 'side-by-side' }, form, element('div', { class: 'beside' }, emulator, this.pane)),
    );
    queueMicrotask(() => this.showAddin());
    return view;
  }

  leave(): void {
    this.outlook?.end();
    this.editor.end();
  }
}
