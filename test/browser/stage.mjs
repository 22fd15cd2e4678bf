/** The world around the browser: the emulated Exchange, and vmrd by way of whoever started it. */

import assert from 'node:assert/strict';
import { assertNoBarriers, openWindow, picture } from './browser.mjs';

const HALF_HOUR_MS = 1800000;

export class Stage {
  /** facts: {stage, control, client, alias_domain, pictures} */
  constructor(browser, facts) {
    this.browser = browser;
    Object.assign(this, facts);
  }

  /** Asks whoever runs vmrd: stop, start, lock, unlock, integration, ... */
  async ask(verb, wish = {}) {
    const answer = await fetch(`${this.stage}/${verb}`, { method: 'POST', body: JSON.stringify(wish) });
    assert.equal(answer.status, 200, `${verb}: ${await answer.clone().text()}`);
    return answer.json();
  }

  async exchange(method, path, body) {
    const answer = await fetch(this.control + path, { method, ...(body && { body: JSON.stringify(body) }) });
    assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
    return answer.json();
  }

  items(smtp, folder) {
    return this.exchange('GET', `/mailboxes/${smtp}/items?folder=${folder}`);
  }

  async window(options) {
    return openWindow(this.browser, options);
  }
}

/** Someone at the mail page. */
export class Mail {
  constructor(stage, page) {
    this.stage = stage;
    this.page = page;
    this.body = page.locator('#body');
    this.pane = page.frameLocator('#addin');
  }

  /** query: see the emulator's controls, e.g. {mailbox: '1.13', delay: 0} */
  async open(hash, query = {}) {
    const parameters = new URLSearchParams({ user: 'olga', delay: '0', ...query });
    await this.page.goto(`${this.stage.control}/mail/?${parameters}#/${hash}`);
  }

  /** A new meeting with the pane ready in it. */
  async compose(query = {}, subject = 'Planning') {
    await this.open('new', query);
    await this.page.fill('#subject', subject);
    await this.page.fill('#required', 'ben@example.com');
    await this.pane.locator('button:not([aria-disabled=true])').first().waitFor();
  }

  async type(text) {
    await this.body.click();
    await this.page.keyboard.type(text);
  }

  /** The pane as a frame, for axe and measures. */
  async frame() {
    const handle = await this.page.waitForSelector('#addin');
    return handle.contentFrame();
  }

  async press() {
    await this.pane.locator('#add').click();
  }

  async shows(text) {
    await this.pane.getByText(text).first().waitFor();
  }

  async send() {
    await this.page.getByRole('button', { name: /^Send/ }).click();
    await this.page.getByRole('heading', { name: /^Calendar of/ }).waitFor();
  }

  /** The week of new meetings, which begin at the next half hour. */
  async calendar() {
    const next = new Date(Math.ceil(Date.now() / HALF_HOUR_MS) * HALF_HOUR_MS);
    await this.page.goto(`${this.stage.control}/mail/#/calendar/${next.toISOString().slice(0, 10)}`);
  }

  async waitForAnswer(subject, kind = 'Accepted') {
    await this.page.goto(`${this.stage.control}/mail/#/inbox`);
    const row = this.page.locator('li.message', { hasText: `${kind}: ${subject}` });
    await row.first().waitFor();
    return row.first();
  }

  bodyText() {
    return this.body.innerText();
  }

  /** Everybody who is invited, in both roles. */
  async attendees() {
    const lists = [await this.page.inputValue('#required'), await this.page.inputValue('#optional')];
    return lists.flatMap((list) => list.split('; ').filter(Boolean));
  }

  /** A picture of the page, and a look for barriers in it and in the pane (options: axe's). */
  async show(name, options = {}) {
    await picture(this.stage.pictures, name, this.page);
    await assertNoBarriers(this.page.mainFrame(), `${name}, page`, options);
    const pane = await this.page.$('#addin');
    const frame = pane && (await pane.contentFrame());
    if (frame) await assertNoBarriers(frame, `${name}, pane`, options);
  }
}
