/**
 * What of the emulated Outlook can be chosen: by the controls marked "Emulator", and by the page's
 * query, so that tests can steer it: ?mailbox=1.13&delay=800&fail=body.setSelectedDataAsync
 */

import { element } from '../shared/dom';
import { field, select } from './parts';
import type { Rewriting } from './rewrite';

export interface Controls {
  mailbox: '1.5' | '1.13';
  rewriting: Rewriting;
  width: number; // of the pane, pixels
  delay: number; // of each call of Office.js, milliseconds
  fail: string; // the call that fails; "": none
  token: 'valid' | 'expired' | 'stranger' | 'none';
  theme: 'light' | 'dark';
  language: string;
}

const query = new URLSearchParams(location.search);

function given<T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
  const value = query.get(name) as T | null;
  return value !== null && allowed.includes(value) ? value : otherwise;
}

export const WIDTH_MIN = 200;
const WIDTH_MAX = 800;
const DELAY_MAX = 120000;

function number(name: string, min: number, max: number, otherwise: number): number {
  const value = Number(query.get(name) ?? otherwise);
  return value >= min && value <= max ? value : otherwise;
}

const dark = matchMedia('(prefers-color-scheme: dark)').matches;

export const controls: Controls = {
  mailbox: given('mailbox', ['1.5', '1.13'], '1.5'),
  rewriting: given('rewriting', ['word', 'web', 'none'], 'word'),
  width: number('width', WIDTH_MIN, WIDTH_MAX, 320),
  delay: number('delay', 0, DELAY_MAX, 40),
  fail: query.get('fail') ?? '',
  token: given('token', ['valid', 'expired', 'stranger', 'none'], 'valid'),
  theme: given('theme', ['light', 'dark'], dark ? 'dark' : 'light'),
  language: query.get('language') ?? navigator.language,
};

/** Calls that can be made to fail. */
const CALLS = [
  '',
  'mailbox.getUserIdentityTokenAsync',
  'body.getTypeAsync',
  'body.getAsync',
  'body.setAsync',
  'body.prependAsync',
  'body.setSelectedDataAsync',
  'requiredAttendees.getAsync',
  'requiredAttendees.addAsync',
  'requiredAttendees.setAsync',
  'optionalAttendees.getAsync',
  'optionalAttendees.addAsync',
  'optionalAttendees.setAsync',
  'location.getAsync',
  'location.setAsync',
  'saveAsync',
];
const LANGUAGES = ['en-US', 'de-DE', 'fr-FR', 'es-ES', 'nb-NO'];

/** The controls; changed() when the add-in has to start anew to see it. */
export function controlPanel(resized: () => void, changed: () => void): HTMLElement {
  function choice<K extends keyof Controls>(label: string, key: K, options: [string, string][], act: () => void): HTMLElement {
    const control = select(options, String(controls[key]), `emulator-${key}`);
    control.addEventListener('change', () => {
      const value: unknown = typeof controls[key] === 'number' ? Number(control.value) : control.value;
      controls[key] = value as Controls[K];
      act();
    });
    return field(label, control);
  }
  const same = (values: string[]): [string, string][] => values.map((v) => [v, v]);
  const also = (values: string[], value: string): string[] => (values.includes(value) ? values : [...values, value]);
  const nothing = (): void => undefined;
  return element(
    'details',
    { class: 'emulator', id: 'emulator' },
    element('summary', {}, 'Emulator'),
    element(
      'div',
      { class: 'fields' },
      choice('Mailbox API', 'mailbox', [['1.5', '1.5 (Exchange Server)'], ['1.13', '1.13 (Exchange Online)']], changed),
      choice('Outlook rewrites HTML', 'rewriting', [['word', 'as Outlook for Windows'], ['web', 'as Outlook on the web'], ['none', 'not at all']], nothing),
      choice('Pane width', 'width', same(also(['280', '320', '400'], String(controls.width))), resized),
      choice('Each call takes (ms)', 'delay', same(also(['0', '40', '1000', '10000', '60000'], String(controls.delay))), nothing),
      choice('Failing call', 'fail', also(CALLS, controls.fail).map((c) => [c, c || 'none']), nothing),
      choice('Identity token', 'token', [['valid', 'valid'], ['expired', 'expired'], ['stranger', 'of another Exchange'], ['none', 'none']], nothing),
      choice('Office theme', 'theme', same(['light', 'dark']), changed),
      choice('Display language', 'language', same(also(LANGUAGES, controls.language)), changed),
    ),
  );
}
