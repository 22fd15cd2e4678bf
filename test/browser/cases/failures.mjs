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

  async 'Outlook does not let the meeting be read'(mail) {
    await mail.compose({ fail: 'body.getAsync' });
    await failsWith(mail, 'Outlook did not let the add-in read the meeting.', 'failed-body');
  },

  async 'answers of the service that are no help'(mail, { page }) {
    const answers = {
      'The service has a problem.': { status: 500, json: { status: 'failed', result: 'cannot write' } },
      'The service gets too many requests.': { status: 429, json: { status: 'failed', result: 'too many requests' } },
      'The service gave an answer that makes no sense.': { status: 200, body: '<h1>Sign in to the guest network</h1>' },
      'The service did not accept the request.': { status: 403, json: { status: 'failed', result: 'Invalid Token: no' } },
    };
    await mail.compose();
    for (const [text, answer] of Object.entries(answers)) {
      await page.route('**/meeting_details', (route) => route.fulfill(answer));
      await failsWith(mail, text);
      await page.unroute('**/meeting_details');
    }
    await mail.show('failed-answer');
    await mail.press();
    await mail.shows('Your video room is ready');
  },

  async 'a marker that somebody has changed'(mail) {
    await mail.compose();
    await mail.type('PXPS:-12345678-1234-1234-1234-12345#');
    await mail.press();
    await mail.shows('The line by which the room is found has been changed.');
    await mail.show('failed-damaged');
  },

  async 'instructions that were edited are not taken out by halves'(mail) {
    await mail.compose();
    await mail.type('My own words.');
    await mail.press();
    await mail.shows('Your video room is ready');
    await mail.body.getByText('By number').click();
    await mail.page.keyboard.type('edited');
    const before = await mail.bodyText();
    await mail.pane.locator('#remove').click();
    await mail.shows('were edited and cannot be found exactly');
    assert.equal(await mail.bodyText(), before);
    await mail.show('failed-changed');
  },

  async 'Outlook does not let them be removed'(mail) {
    for (const [fail, text] of [
      ['body.setAsync', 'Outlook did not let the add-in change the meeting.'],
      ['optionalAttendees.setAsync', 'mailbox is still invited'],
    ]) {
      await mail.compose({ fail });
      await mail.press();
      await mail.shows('Your video room is ready');
      await mail.pane.locator('#remove').click();
      await mail.shows(text);
    }
    await mail.show('failed-remove');
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
    await mail.calendar();
    await page.getByRole('link', { name: 'While down' }).click();
    await page.locator('.read a[href*="/webapp/"]').first().waitFor();
    await page.getByText('My own words.').waitFor();
    await mail.show('node-up-again');
  },
};
