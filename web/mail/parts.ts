/** Pieces of the page that several views use. */

import { element } from '../shared/dom';
import type { Address, Entry } from './api';

let made = 0;

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** A control under its label. */
export function field(label: string, control: Control, hint = ''): HTMLElement {
  control.id ||= `field-${++made}`;
  const parts: HTMLElement[] = [element('label', { for: control.id }, label), control];
  if (hint) {
    parts.push(element('p', { class: 'hint', id: `${control.id}-hint` }, hint));
    control.setAttribute('aria-describedby', `${control.id}-hint`);
  }
  return element('div', { class: 'field' }, ...parts);
}

export function select(options: [value: string, label: string][], value: string, id = ''): HTMLSelectElement {
  const control = element('select', id ? { id } : {}, ...options.map(([v, l]) => element('option', { value: v }, l)));
  control.value = value;
  return control;
}

export function button(label: string, kind: 'primary' | 'secondary' | 'danger', act: () => unknown): HTMLButtonElement {
  return element('button', { type: 'button', class: kind, onclick: () => void act() }, label);
}

export function link(label: string, hash: string): HTMLAnchorElement {
  return element('a', { href: hash }, label);
}

export function named(who: Address): string {
  return who.name && who.name !== who.smtp ? `${who.name} <${who.smtp}>` : who.smtp;
}

export function dateTime(instant: string | null): string {
  if (!instant) return '';
  return new Date(instant).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

export function span(entry: Entry): string {
  const [start, end] = [new Date(entry.start), new Date(entry.end)];
  const same = start.toDateString() === end.toDateString();
  return `${dateTime(entry.start)} – ${same ? end.toLocaleTimeString(undefined, { timeStyle: 'short' }) : dateTime(entry.end)}`;
}

/** Says it to screen readers, and shows it. */
export function say(text: string): void {
  const status = document.getElementById('status') as HTMLElement;
  status.textContent = text;
}

export function alertBox(text: string): HTMLElement {
  return element('p', { class: 'alert', role: 'alert' }, text);
}
