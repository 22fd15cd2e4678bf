/**
 * Debian's Chromium through Playwright, and what every case needs: a window whose complaints are
 * kept, pictures, a look for barriers, and the emulator's mail page.
 */

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const CHROMIUM = '/usr/bin/chromium';
export const WAIT_MS = 20000;

/** Why nothing can be shown here; empty when it can. */
export function missing() {
  if (!existsSync(CHROMIUM)) return 'there is no chromium';
  if (!existsSync(fileURLToPath(new URL('node_modules/playwright-core', import.meta.url))))
    return 'playwright is not installed (tools/deps test)';
  return '';
}

export async function launch() {
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
}

/** Complaints that no page of ours may cause, of whatever frame. */
function watch(page, complaints) {
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.stack ?? error}`));
  page.on('console', (message) => {
    if (/Content[- ]Security[- ]Policy|Refused to|violates/i.test(message.text())) complaints.push(message.text());
  });
}

/** A window of a browser that has never been here, with what it complains of in `complaints`. */
export async function openWindow(browser, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1180, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    ignoreHTTPSErrors: true, // the emulator's authority is made anew for each run
    ...options,
  });
  const complaints = [];
  context.on('page', (page) => watch(page, complaints));
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  return { context, page, complaints };
}

export async function picture(directory, name, what) {
  if (!directory) return;
  mkdirSync(directory, { recursive: true });
  await what.screenshot({ path: `${directory}/${name}.png`, animations: 'disabled' });
}

let axe;

/** What axe-core finds in the page and its frames, or in one frame. */
export async function barriers(frame, options = {}) {
  axe ??= readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await frame.evaluate(`${axe}; undefined`); // by the debugger: the page's policy does not matter
  const { violations } = await frame.evaluate(
    (more) => globalThis.axe.run(document, { iframes: false, resultTypes: ['violations'], ...more }),
    options,
  );
  return violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary}`).join(' | ')}`);
}

export async function assertNoBarriers(frame, where, options) {
  assert.deepEqual(await barriers(frame, options), [], `axe finds barriers: ${where}`);
}

/** No horizontal scroll bar. */
export async function assertFits(frame, where) {
  const { scroll, client } = await frame.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= client, `${where} is ${scroll} pixels wide, the window ${client}`);
}
