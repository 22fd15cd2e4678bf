/** How it looks where looking is hard: narrow, dark, high contrast, in another language. */

import assert from 'node:assert/strict';
import { assertFits } from '../browser.mjs';
import { Mail } from '../stage.mjs';

/** The same case in a window of its own, with other properties. */
async function inWindow(stage, options, run) {
  const { context, page, complaints } = await stage.window(options);
  try {
    await run(new Mail(stage, page), page);
    assert.deepEqual(complaints, []);
  } finally {
    await context.close();
  }
}

/** The pane before, after pressing, and after pressing again; axe: its options. */
async function statesOf(mail, prefix, query, axe = {}) {
  await mail.compose(query);
  const frame = await mail.frame();
  await mail.show(`${prefix}-before`, axe);
  await assertFits(frame, `${prefix} before`);
  await mail.pane.locator('#add').click();
  await mail.pane.locator('#remove').waitFor();
  await mail.show(`${prefix}-added`, axe);
  await assertFits(frame, `${prefix} added`);
  await mail.pane.locator('#add').click();
  await mail.pane.locator('#add:not([aria-disabled=true])').waitFor();
  await assertFits(frame, `${prefix} already`);
}

export default {
  async '280 pixels are wide enough'(mail) {
    await statesOf(mail, 'narrow', { width: '280' });
    await mail.compose({ width: '280', token: 'stranger' });
    await mail.press();
    await mail.shows('The service did not accept the request.');
    await assertFits(await mail.frame(), 'a refusal');
    await mail.show('narrow-failed');
  },

  async 'the whole mail page fits into 280 pixels'(_mail, { stage }) {
    await inWindow(stage, { viewport: { width: 280, height: 700 } }, async (mail, page) => {
      for (const hash of ['calendar', 'inbox', 'new']) {
        await mail.open(hash, { width: '240' });
        await page.locator('main h1').waitFor();
        await assertFits(page.mainFrame(), hash);
        await mail.show(`phone-${hash}`);
      }
    });
  },

  async 'in the dark'(_mail, { stage }) {
    await inWindow(stage, { colorScheme: 'dark' }, (mail) => statesOf(mail, 'dark', { theme: 'dark' }));
  },

  async 'in high contrast'(_mail, { stage }) {
    const colours = { rules: { 'color-contrast': { enabled: false } } }; // they are the system's
    await inWindow(stage, { forcedColors: 'active', colorScheme: 'dark' }, (mail) => statesOf(mail, 'contrast', {}, colours));
  },

  async 'in German'(_mail, { stage }) {
    await inWindow(stage, { locale: 'de-DE' }, async (mail) => {
      await statesOf(mail, 'german', { language: 'de-DE', width: '280' });
      const pane = await mail.frame();
      assert.equal(await pane.evaluate(() => document.documentElement.lang), 'de');
      assert.doesNotMatch(await pane.locator('main').innerText(), /\b(the|your|video room)\b/i);
    });
  },
};
