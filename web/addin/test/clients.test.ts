/** Insertion and removal through the emulator's idea of what mail clients do to HTML. */

import { expect, test } from 'vitest';
import { rewrite, type Rewriting } from '../../mail/rewrite';
import { cutBlock, findBlock, printOf, wrap, type Print } from '../block';
import { findMarker } from '../marker';
import { INSTRUCTIONS } from './meeting';

const TEXTS = 40; // texts of users per client
const SEED = 20261123;

/** The same numbers every time. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** Something a user may have written: paragraphs, lines, lists, tables, pictures, empty lines. */
function written(roll: (sides: number) => number): string {
  const word = () =>
    [
      'agenda',
      'naïve &amp; co',
      '<b>bold</b>',
      '<a href="https://x.example/">link</a>',
      '1 &lt; 2',
      'TOK',
      '<i>it<u>em</u></i>',
    ][roll(7)];
  const words = () => Array.from({ length: 1 + roll(4) }, word).join(' ');
  const piece = () =>
    [
      () => `<p>${words()}</p>`,
      () => `<div>${words()}<br>${words()}</div>`,
      () => '<div><br></div>',
      () => `<ul><li>${words()}</li><li>${words()}</li></ul>`,
      () => `<table><tbody><tr><td>${words()}</td><td>${words()}</td></tr></tbody></table>`,
      () => `<p>${words()}<img src="cid:a" alt="b"></p>`,
    ][roll(6)]?.() ?? '';
  return Array.from({ length: roll(5) }, piece).join('');
}

const print = printOf(INSTRUCTIONS, true) as Print;
const block = wrap(INSTRUCTIONS, print);
const squeezed = (html: string | undefined) =>
  html?.replace(/\s+/g, ' ').replace(/> </g, '><').trim();

test.each<[Rewriting]>([['word'], ['web'], ['none']])(
  '%s gives back what the user wrote',
  (how) => {
    const roll = dice(SEED);
    for (let i = 0; i < TEXTS; i++) {
      const [before, after] = [written(roll), written(roll)];
      const body = rewrite(before + block + after, how);
      expect(findMarker(body, true)).toBe('whole');
      for (const note of how === 'word' ? [print] : [print, undefined]) {
        const place = findBlock(body, true, note);
        const rest = place && cutBlock(body, true, place);
        expect(squeezed(rest), body).toBe(squeezed(rewrite(before + after, how)));
      }
    }
  },
);
