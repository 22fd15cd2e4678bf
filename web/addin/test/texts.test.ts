import { describe, expect, test } from 'vitest';
import * as en from '../texts/en';
import { fill, languageOf, languages, loadTexts } from '../texts/texts';

const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();

describe.each(languages)('%s', (language) => {
  test('has every text, each with the places of the English one, none empty or left in English', async () => {
    const texts = await loadTexts(language, {});
    expect(texts.language).toBe(language);
    const pairs: [string, string, string][] = [];
    for (const part of ['shipped', 'own'] as const)
      for (const [key, text] of Object.entries(en[part]))
        pairs.push([key, text, (texts[part] as Record<string, string>)[key] ?? '']);
    for (const [code, [what, next]] of Object.entries(en.failures)) {
      const there = texts.failures[code as keyof typeof en.failures];
      pairs.push([code, what, there[0]], [`${code} next`, next, there[1]]);
    }
    for (const [key, english, text] of pairs) {
      expect(text.trim(), key).not.toBe('');
      expect(places(text), key).toEqual(places(english));
      if (language !== 'en') expect(text, key).not.toBe(english);
    }
  });
});

test("Outlook's language tags lead to ours", () => {
  expect(languageOf('de-CH')).toBe('de');
  expect(languageOf('no')).toBe('nb');
  expect(languageOf('nb-NO')).toBe('nb');
  expect(languageOf('nn-NO')).toBe('nn');
  expect(languageOf('FR_ca')).toBe('fr');
  expect(languageOf('tlh')).toBe('en');
  expect(languageOf('')).toBe('en');
  expect(languageOf('constructor')).toBe('en');
});

test('what an administrator changed wins in every language; null is not changed', async () => {
  const texts = await loadTexts('de', {
    title: 'Konferenz',
    button_title: null,
    success_heading: '',
  });
  expect(texts.shipped.title).toBe('Konferenz');
  expect(texts.shipped.button_title).toBe('Videoraum hinzufügen');
  expect(texts.shipped.success_heading).toBe(''); // emptied on purpose
  expect(texts.generalMessage).toBeNull();
});

test('places are filled, unknown ones left', () => {
  expect(fill('{a} and {b}', { a: '$&' })).toBe('$& and {b}');
});
