/**
 * Runs the cases in a browser: node run.mjs --list, or node run.mjs '{"stage": ..., "control": ...}' '[NAME, ...]'
 *
 * Each case's outcome is a line of JSON: {"name", "failed": null or the reason, "seconds"}. Started by
 * test/system/test_browser.py, which puts up the world they need.
 */

import assert from 'node:assert/strict';
import { launch, picture } from './browser.mjs';
import { Mail, Stage } from './stage.mjs';

const FILES = ['mail', 'office', 'addin', 'failures', 'looks', 'rooms'];

const cases = [];
for (const file of FILES)
  for (const [name, run] of Object.entries((await import(`./cases/${file}.mjs`)).default))
    cases.push({ name: `${file}: ${name}`, run });

async function attempt(stage, { name, run }) {
  const { context, page, complaints } = await stage.window();
  const start = performance.now();
  let failed = null;
  try {
    await run(new Mail(stage, page), { page, complaints, stage });
    assert.deepEqual(complaints, [], 'a page broke its policy or threw');
  } catch (error) {
    failed = `${error.stack ?? error}`;
    await picture(stage.pictures, `FAILED ${name.replace(/[^a-z0-9]+/gi, '-')}`, page).catch(() => {});
  }
  await context.close();
  console.log(JSON.stringify({ name, failed, seconds: Math.round((performance.now() - start) / 10) / 100 }));
}

const [facts, names] = process.argv.slice(2);
if (facts === '--list') {
  console.log(JSON.stringify(cases.map((c) => c.name)));
} else {
  const browser = await launch();
  const stage = new Stage(browser, JSON.parse(facts));
  const wanted = new Set(JSON.parse(names));
  for (const one of cases) if (wanted.has(one.name)) await attempt(stage, one);
  await browser.close();
}
