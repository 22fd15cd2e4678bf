// The join page in a real browser, by keyboard: node join.mjs JOIN_SERVER [SCREENSHOTS]
//
// Ends with status 77 (skipped) where the page is not built or there is no Chromium.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { assertNoBarriers, launch, missing, openWindow, picture } from './browser.mjs';

const [joinServer, screenshots] = process.argv.slice(2);
const web = fileURLToPath(new URL('../../web/dist/join', import.meta.url));
const why = existsSync(`${web}/index.html`) ? missing() : 'the page is not built (tools/build-web)';
if (why) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}

const server = spawn(joinServer, ['100', web], { stdio: ['pipe', 'pipe', 'inherit'] });
const [line] = await new Promise((resolve) => createInterface(server.stdout).once('line', (...l) => resolve(l)));
const base = `http://127.0.0.1:${JSON.parse(line).port}`;
const browser = await launch();
const { page: window, complaints } = await openWindow(browser, { viewport: { width: 900, height: 700 } });

const page = {
  /** Opens url anew, also when only its fragment differs. */
  async go(url) {
    await window.goto('about:blank');
    await window.goto(url);
  },
  shows: (text) => window.getByText(text).locator('visible=true').first().waitFor(),
  text: () => window.locator('body').innerText(),
  js: (expression) => window.evaluate(expression),
  type: (text) => window.keyboard.type(text),
  press: (key) => window.keyboard.press(key),
  async size(width, height, colorScheme) {
    await window.setViewportSize({ width, height });
    await window.emulateMedia({ colorScheme });
  },
};

const address = (conference, more = '') => `${base}/webapp/#/?conference=${conference}${more}`;
const api = (alias, action, init) => fetch(`${base}/api/client/v2/conferences/${alias}/${action}`, { method: 'POST', ...init });

const settled = () => new Promise((resolve) => setTimeout(resolve, 500));

const cases = {
  async 'joins by keyboard, sees others come and go, and leaves'() {
    await page.go(address('900000000@vc.example.com'));
    await page.shows('900000000@vc.example.com');
    await page.type('Ann Lee');
    await page.press('Enter');
    await page.shows('1 participant');
    await page.shows('Ann Lee');
    const bob = await (await api('900000000', 'request_token', { body: '{"display_name":"Bob <b>"}' })).json();
    await page.shows('2 participants');
    await page.shows('Bob <b>');
    assert.match(await page.js('document.getElementById("status").textContent'), /Bob <b> is here/);
    await api('900000000', 'release_token', { headers: { token: bob.result.token } });
    await page.shows('1 participant');
    await page.press('Tab');
    await page.press('Enter');
    await page.shows('You have left the meeting');
  },

  async 'remembers the name'() {
    await page.go(address('900000000@vc.example.com'));
    await page.shows('Your name');
    assert.equal(await page.js('document.getElementById("name").value'), 'Ann Lee');
  },

  async 'outside the window says exactly what was said before, and lets the address be corrected'() {
    await page.go(address('900000001@vc.example.com', '&join=1'));
    await page.shows('Cannot connect to 900000001@vc.example.com. Check this address and try again');
    await page.shows('open shortly before');
    await page.press('Tab');
    await page.press('Enter');
    await page.shows('Meeting address');
    assert.equal(await page.js('document.getElementById("alias").value'), '900000001@vc.example.com');
  },

  async 'asks for the PIN, tells of a wrong one, and lets guests wait for a host'() {
    await page.go(address('900000002@vc.example.com', '&join=1'));
    await page.shows('This meeting has a PIN');
    await page.type('9999');
    await page.press('Enter');
    await page.shows('This PIN is not right');
    await page.js(`[...document.querySelectorAll('button')].find((b) => b.textContent === 'I have no PIN').click()`);
    await page.shows('Waiting for a host');
    await api('900000002', 'request_token', { headers: { pin: '1234' }, body: '{"display_name":"Hera"}' });
    await page.shows('2 participants');
    assert.ok(!(await page.text()).includes('Waiting for a host'));
  },

  async 'joins once, however often it is told to'() {
    await page.go(address('900000012@vc.example.com'));
    await page.shows('Your name');
    await page.js('for (let i = 0; i < 3; i++) document.forms[0].requestSubmit()');
    await settled();
    await page.shows('1 participant');
    await page.go('about:blank');
  },

  async 'leaves the room it was entering when the address changes'() {
    await page.go(address('900000016@vc.example.com'));
    await page.shows('Your name');
    await page.js(`document.forms[0].requestSubmit(); location.hash = '#/?conference=900000000@vc.example.com'`);
    await settled();
    assert.ok((await page.text()).includes('Join a meeting'));
    await page.go('about:blank');
  },

  async 'tells a server in trouble from one that cannot be reached'() {
    const refusal = async (fetch) => {
      await page.go(address('900000000@vc.example.com'));
      await page.shows('Your name');
      await page.js(`window.fetch = async () => { ${fetch} }; document.forms[0].requestSubmit()`);
    };
    await refusal(`return new Response('<h1>Bad Gateway</h1>', { status: 502 })`);
    await page.shows('The server has a problem');
    await refusal(`return new Response('<h1>Forbidden</h1>', { status: 403 })`);
    await page.shows('The server has a problem');
    await refusal(`throw new TypeError('no network')`);
    await page.shows('The server cannot be reached');
  },

  async 'says when the meeting has ended'() {
    await page.go(address('900000004@vc.example.com', '&join=1'));
    await page.shows('1 participant');
    server.stdin.write('close 4\n');
    await page.shows('The meeting has ended');
  },

  async 'leaves when the page is closed'() {
    await page.go(address('900000008@vc.example.com', '&join=1'));
    await page.shows('1 participant');
    await page.go('about:blank');
    await page.go(address('900000008@vc.example.com', '&join=1'));
    await page.shows('1 participant');
  },

  async 'fits into 280 pixels, light and dark'() {
    for (const scheme of ['light', 'dark']) {
      await page.size(280, 600, scheme);
      for (const [name, url, text] of [
        ['form', `${base}/webapp/`, 'Meeting address'],
        ['unknown', address('900000001@vc.example.com', '&join=1'), 'Cannot connect'],
        ['pin', address('900000002@vc.example.com', '&join=1'), 'PIN'],
        ['room', address('900000000@vc.example.com', '&join=1'), 'participant'],
      ]) {
        await page.go(url);
        await page.shows(text);
        const { scroll, client } = await page.js(
          '({ scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth })');
        assert.ok(scroll <= client, `${name} is ${scroll} pixels wide`);
        await picture(screenshots, `join-${name}-280-${scheme}`, window);
        await assertNoBarriers(window.mainFrame(), `join page, ${name}, ${scheme}`);
      }
    }
  },
};

let failed = 0;
for (const [name, run] of Object.entries(cases)) {
  try {
    await run();
    assert.deepEqual(complaints, [], 'the page broke its policy or threw');
    console.log(`ok: ${name}`);
  } catch (error) {
    failed = 1;
    console.log(`FAILED: ${name}\n${error.stack}`);
  }
}
await browser.close();
server.stdin.end();
await new Promise((resolve) => server.once('close', resolve));
process.exit(failed);
