// A headless Chromium, driven over the DevTools protocol's pipe: nothing but Node is needed.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking',
  '--disable-component-update', '--no-first-run', '--hide-scrollbars', '--remote-debugging-pipe'];
const WAIT_MS = 10000;

export class Page {
  #child;
  #profile = mkdtempSync(join(tmpdir(), 'vmrd-chromium-'));
  #answers = new Map();
  #id = 0;
  #session;
  /** What the page complained about: exceptions, violated policies. */
  complaints = [];

  static async open() {
    const page = new Page();
    await page.#start();
    return page;
  }

  async #start() {
    this.#child = spawn('chromium', [...FLAGS, `--user-data-dir=${this.#profile}`, 'about:blank'],
      { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    let rest = '';
    this.#child.stdio[4].setEncoding('utf8').on('data', (piece) => {
      const messages = (rest + piece).split('\0');
      rest = messages.pop();
      for (const message of messages) this.#take(JSON.parse(message));
    });
    const { targetInfos } = await this.send('Target.getTargets');
    const { targetId } = targetInfos.find((t) => t.type === 'page');
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    this.#session = sessionId;
    for (const domain of ['Page', 'Runtime', 'Log']) await this.send(`${domain}.enable`);
  }

  #take(message) {
    if (message.id) {
      const { resolve, reject } = this.#answers.get(message.id);
      this.#answers.delete(message.id);
      return message.error ? reject(new Error(message.error.message)) : resolve(message.result);
    }
    if (message.method === 'Runtime.exceptionThrown')
      this.complaints.push(message.params.exceptionDetails.exception?.description ?? 'exception');
    if (message.method === 'Log.entryAdded' && message.params.entry.source === 'security')
      this.complaints.push(message.params.entry.text);
  }

  send(method, params = {}) {
    return new Promise((resolve, reject) => {
      const id = ++this.#id;
      this.#answers.set(id, { resolve, reject });
      this.#child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: this.#session })}\0`);
    });
  }

  async size(width, height, scheme = 'light') {
    await this.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    await this.send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: scheme }] });
  }

  /** Opens url anew, also when only its fragment differs. */
  async go(url) {
    await this.send('Page.navigate', { url: 'about:blank' });
    await this.send('Page.navigate', { url });
  }

  async js(expression) {
    const { result, exceptionDetails } =
      await this.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  text() {
    return this.js('document.body?.innerText ?? ""');
  }

  /** Waits until the page shows the text. */
  async shows(text) {
    for (let waited = 0; waited < WAIT_MS; waited += 50) {
      if ((await this.text()).includes(text)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the page does not show '${text}' but:\n${await this.text()}`);
  }

  type(text) {
    return this.send('Input.insertText', { text });
  }

  async press(key) {
    const codes = { Enter: [13, '\r'], Tab: [9, ''] };
    const [windowsVirtualKeyCode, text] = codes[key];
    await this.send('Input.dispatchKeyEvent', { type: 'keyDown', key, code: key, windowsVirtualKeyCode, text });
    await this.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code: key, windowsVirtualKeyCode });
  }

  async screenshot(path) {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    writeFileSync(path, Buffer.from(data, 'base64'));
  }

  async close() {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.send('Browser.close').catch(() => {});
    await closed;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
