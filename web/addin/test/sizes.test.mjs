// @vitest-environment node
/** What the pane costs to load, from the build: `make web` first, or these are skipped. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';

const DIST = join(dirname(fileURLToPath(import.meta.url)), '../../dist/addin');
const FIRST_VIEW_MAX = 110 * 1024; // bytes, gzip: page, scripts and styles of the pane before a press
const NESTED_MAX = 90 * 1024; // bytes, gzip: nested app authentication, only where it is used
const PERSONAL_MAX = 5 * 1024; // bytes, gzip: personal rooms, only where they are used
const COMMAND_MAX = 25 * 1024; // bytes, gzip: the mobile button, which shows no page

const read = (path) => readFileSync(join(DIST, path));
const gzip = (path) => gzipSync(read(path)).length;
const chunk = (name) =>
  readdirSync(join(DIST, 'assets'))
    .filter((file) => file.startsWith(`${name}-`) && file.endsWith('.js'))
    .map((file) => `assets/${file}`);

/** The page and all that it loads by itself. */
function loaded(page) {
  const html = read(page).toString();
  const files = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((match) => match[1]);
  return [page, ...files];
}

const total = (files) => files.reduce((sum, file) => sum + gzip(file), 0);

describe.skipIf(!existsSync(join(DIST, 'index.html')))('sizes', () => {
  test('of the first view', () => {
    const files = loaded('index.html');
    const brotli = files.reduce((sum, file) => sum + brotliCompressSync(read(file)).length, 0);
    console.log(`first view: ${total(files)} bytes gzip, ${brotli} brotli, ${files.length} files`);
    expect(total(files)).toBeLessThan(FIRST_VIEW_MAX);
  });
  test('of what is loaded only when it is wanted', () => {
    expect(chunk('nested')).toHaveLength(1);
    expect(chunk('Personal')).toHaveLength(1);
    expect(total(chunk('nested'))).toBeLessThan(NESTED_MAX);
    expect(total(chunk('Personal'))).toBeLessThan(PERSONAL_MAX);
    for (const file of [...chunk('nested'), ...chunk('Personal')])
      expect(loaded('index.html')).not.toContain(file);
  });
  test('of the mobile button', () => {
    expect(total(loaded('mobile.html'))).toBeLessThan(COMMAND_MAX);
  });
  test('no page has a script or style of its own, or an address elsewhere', () => {
    for (const page of ['index.html', 'signed-in.html', 'mobile.html']) {
      const html = read(page).toString();
      expect(html).not.toMatch(/<script(?![^>]* src=)/);
      expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
      expect(html).not.toMatch(/(?:src|href)="(?!\.\/)/);
      expect(html.match(/<!--vmrd:(?:office|settings)-->/g)).toHaveLength(2);
    }
  });
});
