/** The way of a meeting, with the real pane in the mail page. */

import assert from 'node:assert/strict';
import { Mail } from '../stage.mjs';

const MARKER = /PXPS:-[0-9a-f-]{36}#/g;

export default {
  async 'a meeting is written, gets a room, is sent and accepted, and can be joined'(mail, { page, stage }) {
    await mail.compose({}, 'Whole way');
    await mail.type('Dear all, ');
    await mail.show('1-before');
    await mail.press();
    await mail.shows('Your video room is ready');
    await mail.show('2-added');
    await mail.type('See you there.');
    assert.deepEqual(await mail.attendees(), ['ben@example.com', 'room@example.com']);
    await mail.send();
    await mail.show('3-calendar');
    const answer = await mail.waitForAnswer('Whole way');
    await mail.show('4-inbox');
    await answer.getByRole('link').click();
    await page.getByRole('heading', { name: 'Accepted: Whole way' }).waitFor();
    await mail.show('5-acceptance');
    await mail.calendar();
    await page.getByRole('link', { name: 'Whole way' }).click();
    const link = page.locator('.read a[href*="/webapp/"]').first();
    await link.waitFor();
    await mail.show('6-meeting');
    const opened = page.context().waitForEvent('page');
    await link.click();
    const room = await opened;
    await room.getByLabel('Your name').fill('Ben');
    await room.getByRole('button', { name: 'Join' }).click();
    await room.getByText('1 participant').waitFor();
    await new Mail(stage, room).show('7-joined');
  },

  async 'text typed before and after pressing stays, and the instructions are there once'(mail) {
    await mail.compose();
    await mail.type('Before pressing.');
    await mail.press();
    await mail.shows('Your video room is ready');
    await mail.body.getByText('Before pressing.').click();
    await mail.page.keyboard.press('End');
    await mail.page.keyboard.type(' After pressing.');
    const text = await mail.bodyText();
    assert.match(text, /Before pressing\. After pressing\./);
    assert.equal(text.match(MARKER)?.length, 1, text);
  },

  async 'a double press makes one room'(mail) {
    await mail.compose({ delay: '150' });
    await mail.pane.locator('#add').dblclick();
    await mail.shows('Your video room is ready');
    const text = await mail.bodyText();
    assert.equal(text.match(MARKER)?.length, 1, text);
    assert.deepEqual(await mail.attendees(), ['ben@example.com', 'room@example.com']);
  },

  async 'a second press says that it is a video meeting already'(mail) {
    await mail.compose();
    await mail.press();
    await mail.shows('Your video room is ready');
    const before = await mail.bodyText();
    await mail.press();
    await mail.shows('This is a video meeting already');
    assert.equal(await mail.bodyText(), before);
    await mail.show('already');
  },

  async 'a meeting opened again, after Outlook and Exchange have rewritten it, is known'(mail, { page }) {
    for (const rewriting of ['word', 'web', 'none']) {
      await mail.compose({ rewriting }, `Reopened ${rewriting}`);
      await mail.type('My own words.');
      await mail.press();
      await mail.shows('Your video room is ready');
      await mail.send();
      await page.getByRole('link', { name: `Reopened ${rewriting}` }).click();
      await page.getByRole('button', { name: 'Edit' }).click();
      await mail.shows('This is a video meeting already');
    }
  },

  async 'remove takes out what was inserted, and the attendee, and nothing else'(mail) {
    for (const rewriting of ['word', 'web', 'none']) {
      await mail.compose({ rewriting });
      await mail.type('My own words.');
      await mail.press();
      await mail.shows('Your video room is ready');
      await mail.pane.locator('#remove').click();
      await mail.shows('The video meeting is removed');
      const text = (await mail.bodyText()).trim();
      assert.equal(text, 'My own words.', rewriting);
      assert.deepEqual(await mail.attendees(), ['ben@example.com']);
      if (rewriting === 'word') await mail.show('removed');
    }
  },

  async 'the resource that was taken off the attendees is invited again'(mail, { page }) {
    await mail.compose();
    await mail.press();
    await mail.shows('Your video room is ready');
    await page.fill('#optional', '');
    await mail.press();
    await mail.shows('is not among the attendees any more');
    await mail.show('missing');
    await mail.pane.getByRole('button', { name: 'Invite room@example.com again' }).click();
    await mail.shows('is among the attendees again');
    assert.deepEqual(await mail.attendees(), ['ben@example.com', 'room@example.com']);
  },

  async 'a plain text meeting gets plain text'(mail, { page, stage }) {
    await mail.compose({}, 'Plain');
    await page.selectOption('#format', 'text');
    await page.fill('#body-plain', 'My own words.');
    await mail.press();
    await mail.shows('Your video room is ready');
    const text = await page.inputValue('#body-plain');
    assert.match(text, /PXPS:-[0-9a-f-]{36}#/);
    assert.match(text, /My own words\./);
    assert.doesNotMatch(text, /<\w+/);
    await mail.show('plain');
    await mail.send();
    await mail.waitForAnswer('Plain');
    const [sent] = (await stage.items('olga@example.com', 'calendar')).filter((i) => i.Subject === 'Plain');
    assert.equal(sent.BodyType, 'Text');
  },

  async 'a delegate writes for the owner, who is the organizer then'(mail, { page, stage }) {
    await mail.compose({ user: 'mia', mailbox: '1.13' }, 'Delegated');
    await page.selectOption('#owner', 'olga@example.com');
    await mail.pane.getByText('olga@example.com').first().waitFor();
    await mail.show('delegate');
    await mail.press();
    await mail.shows('Your video room is ready');
    await mail.send();
    await stage.ask('wait_room', { subject: 'Delegated' });
    const [request] = (await stage.items('ben@example.com', 'inbox')).filter((i) => i.Subject === 'Delegated');
    assert.equal(request.From, 'olga@example.com');
    assert.equal(request.Sender, 'mia@example.com');
  },

  async 'a series has one room, also where one occurrence is moved'(mail, { page }) {
    await mail.compose({}, 'Every week');
    await page.selectOption('#repeat', 'weekly');
    await mail.press();
    await mail.shows('Your video room is ready');
    const [marker] = (await mail.bodyText()).match(MARKER);
    await mail.send();
    await mail.waitForAnswer('Every week');
    await mail.calendar();
    await page.getByRole('link', { name: 'Next week' }).click();
    await page.getByRole('link', { name: 'Every week' }).click();
    await page.getByRole('button', { name: 'Edit this occurrence' }).click();
    await mail.shows('This is a video meeting already');
    await page.fill('#subject', 'This week later');
    await page.fill('#start', (await page.inputValue('#start')).replace(/T.*/, 'T23:00'));
    await page.fill('#end', (await page.inputValue('#start')).replace(/T.*/, 'T23:30'));
    await mail.show('occurrence');
    await mail.send();
    await mail.waitForAnswer('This week later');
    await mail.calendar();
    await page.getByRole('link', { name: 'Next week' }).click();
    await page.getByRole('link', { name: 'This week later' }).click();
    await page.locator('.read').getByText(marker).waitFor();
  },

  async 'by keyboard alone'(mail, { page }) {
    await mail.open('new');
    await mail.pane.locator('#add').waitFor();
    await page.focus('#subject');
    await page.keyboard.type('Keyboard');
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      if (await mail.pane.locator('#add:focus').count()) break;
    }
    await page.keyboard.press('Enter');
    await mail.shows('Your video room is ready');
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Shift+Tab');
      if (await page.locator('button.primary:focus').count()) break;
    }
    await page.keyboard.press('Enter');
    await mail.waitForAnswer('Keyboard');
  },
};
