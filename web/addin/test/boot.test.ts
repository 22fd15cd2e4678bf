import { parse } from 'acorn';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { languages } from '../texts/texts';
import source from '../boot.js?raw';

const box = () => document.getElementById('boot')?.textContent ?? '';
const run = () => new Function(source)() as void;
let listeners: [string, EventListener][] = [];

beforeEach(() => {
  document.body.innerHTML = '<div id="boot"></div>';
  window.vmrdStarted = false;
  listeners.forEach(([type, listener]) => window.removeEventListener(type, listener, true));
  listeners = [];
  vi.unstubAllGlobals();
  vi.useFakeTimers();
  vi.spyOn(window, 'addEventListener').mockImplementation((type, listener) => {
    listeners.push([type, listener as EventListener]);
  });
});

/** A web view with all that the pane needs. */
function modern() {
  const create = document.createElement.bind(document);
  vi.spyOn(document, 'createElement').mockImplementation((name: string) => {
    const made = create(name);
    if (name === 'script') Object.defineProperty(made, 'noModule', { value: false });
    return made;
  });
  vi.stubGlobal('fetch', () => undefined);
}

describe('boot.js', () => {
  test('is ECMAScript 5', () => {
    expect(() => parse('f(1,)', { ecmaVersion: 5 })).toThrow();
    parse(source, { ecmaVersion: 5, sourceType: 'script' });
  });
  test('has the languages of the pane', () => {
    for (const language of languages)
      expect(source).toMatch(new RegExp(`^    ${language}: \\[`, 'm'));
  });
  test('tells users of a web view that is too old', () => {
    vi.stubGlobal('navigator', { language: 'de-AT' });
    run();
    expect(box()).toContain('Diese Outlook-Version ist zu alt');
  });
  test('says nothing where all is well', () => {
    modern();
    run();
    window.vmrdStarted = true;
    vi.runAllTimers();
    expect(box()).toBe('');
  });
  test('names the script that could not be loaded, once', () => {
    modern();
    run();
    const failed = document.createElement('script');
    failed.src = 'https://cdn.example.com/office.js';
    const event = { target: failed } as unknown as Event;
    for (const [type, listener] of listeners.filter(([type]) => type === 'error')) {
      expect(type).toBe('error');
      listener(event);
      listener(event);
    }
    expect(box().split('https://cdn.example.com/office.js')).toHaveLength(2);
  });
  test('speaks up when Outlook does not start', () => {
    modern();
    run();
    vi.runAllTimers();
    expect(box()).toContain('taking very long');
  });
});
