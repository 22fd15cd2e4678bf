/** What the pane says when something fails, and that nothing is half done then. */

import assert from 'node:assert/strict';

async function failsWith(mail, text, name) {
  await mail.press();
  await mail.shows(text);
  if (name) await mail.show(name);
  assert.doesNotMatch(await mail.bodyText(), /PXPS|TOK:/);
}

export default {
  async 'the server is down, and is there again'(mail, { stage }) {
    await mail.compose();
    await stage.ask('stop');
    try {
      await failsWith(mail, 'The service cannot be reached.', 'failed-network');
    } finally {
      await stage.ask('start');
    }
    await mail.press();
    await mail.shows('Your video room is ready');
  },

  async 'a token that is not valid any more'(mail) {
    await mail.compose({ token: 'expired' });
    await failsWith(mail, 'proof of who you are is not valid now', 'failed-clock');
  },

  async 'a token of an Exchange that is not ours'(mail) {
    await mail.compose({ token: 'stranger' });
    await failsWith(mail, 'The service did not accept the request.', 'failed-refused');
    await mail.shows('exchange.stranger.example'); // the refusal names the domain
  },

  async 'no token at all'(mail) {
    await mail.compose({ token: 'none' });
    await failsWith(mail, 'This Outlook cannot prove who you are', 'failed-token');
  },

  async 'Outlook does not take the text'(mail) {
    await mail.compose({ fail: 'body.prependAsync' });
    await failsWith(mail, 'Outlook did not take the joining instructions.', 'failed-insert');
    assert.deepEqual(await mail.attendees(), ['ben@example.com']);
  },

  async 'Outlook does not take the attendee'(mail) {
    await mail.compose({ fail: 'optionalAttendees.addAsync' });
    await mail.press();
    await mail.shows('could not be added to the attendees');
    await mail.show('failed-attendee');
  },

  async 'a slow Outlook shows that something is going on'(mail) {
    await mail.compose({ delay: '300' });
    await mail.press();
    await mail.shows('Adding the joining instructions');
    await mail.show('busy');
    await mail.shows('Your video room is ready');
  },

  async 'the management node is down: the meeting gets its instructions later'(mail, { page, stage }) {
    await mail.compose({}, 'While down');
    await mail.type('My own words.');
    await stage.ask('lock');
    try {
      await mail.press();
      await mail.shows('Joining instructions will follow');
      await mail.show('node-down');
      assert.match(await mail.bodyText(), /TOK:-[^\s#]+#/);
      await mail.send();
    } finally {
      await stage.ask('unlock');
    }
    await mail.waitForAnswer('While down');
    await page.goto(`${stage.control}/mail/#/calendar`);
    await page.getByRole('link', { name: 'While down' }).click();
    await page.locator('.read a[href*="/webapp/"]').first().waitFor();
    await page.getByText('My own words.').waitFor();
    await mail.show('node-up-again');
  },
};
