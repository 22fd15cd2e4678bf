/** The pane's words: the integration's where an administrator changed them, else the user's language. */

import type { FailureCode } from '../failure';
import * as en from './en';

export type Shipped = typeof en.shipped;
export type Own = typeof en.own;
export type Failures = typeof en.failures;
export interface Language {
  shipped: Shipped;
  own: Own;
  failures: Failures;
}

const LANGUAGES: Record<string, () => Promise<Language>> = {
  de: () => import('./de'),
  fr: () => import('./fr'),
  es: () => import('./es'),
  nb: () => import('./nb'),
  nn: () => import('./nn'),
  sv: () => import('./sv'),
  da: () => import('./da'),
  nl: () => import('./nl'),
};

export const languages = ['en', ...Object.keys(LANGUAGES)];

/** The one of ours that fits a language tag such as "de-CH" or "no". */
export function languageOf(tag: string): string {
  const primary = tag.toLowerCase().split(/[-_]/)[0] ?? '';
  const known = primary === 'no' ? 'nb' : primary;
  return languages.includes(known) ? known : 'en';
}

export interface Texts {
  language: string;
  shipped: Shipped;
  own: Own;
  failures: Failures;
  /** The administrator's words about a general error, which win over what we know better. */
  generalMessage: string | null;
}

export function textsOf(
  name: string,
  language: Language,
  changed: Record<string, string | null | undefined>,
): Texts {
  const shipped = { ...language.shipped };
  for (const key of Object.keys(shipped) as (keyof Shipped)[])
    shipped[key] = changed[key] ?? shipped[key];
  return {
    language: name,
    shipped,
    own: language.own,
    failures: language.failures,
    generalMessage: changed['general_error_message'] ?? null,
  };
}

/** English when the language cannot be loaded. */
export async function loadTexts(
  tag: string,
  changed: Record<string, string | null | undefined>,
): Promise<Texts> {
  const name = languageOf(tag);
  try {
    const load = LANGUAGES[name];
    if (load) return textsOf(name, await load(), changed);
  } catch {
    // An old page whose files are gone: better English than nothing.
  }
  return textsOf('en', en, changed);
}

/** Puts values into the {places} of a text. */
export function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => values[name] ?? place);
}

/** What happened and what to do next. */
export function explain(texts: Texts, code: FailureCode): { what: string; next: string } {
  const [what, next] = texts.failures[code];
  return { what, next };
}
