/** Personal rooms with signing in, and the kinds of token that Exchange Online has; over TLS. */

import assert from 'node:assert/strict';
import { picture } from '../browser.mjs';

/** Presses the button and does `choose` in the window that opens. */
async function signIn(mail, choose) {
  const opened = mail.page.context().waitForEvent('page');
  await mail.pane.getByRole('button', { name: 'Sign in' }).click();
  const dialog = await opened;
  await dialog.waitForLoadState();
  await choose(dialog);
}

async function ownRooms(mail, query) {
  await mail.compose(query, 'In my own room');
  await mail.pane.locator('#own-rooms').click();
}

export default {
  async 'someone signs in, and uses an own room'(mail, { stage }) {
    await ownRooms(mail);
    await mail.pane.getByRole('button', { name: 'Sign in' }).waitFor();
    await mail.show('rooms-1-sign-in');
    await signIn(mail, async (dialog) => {
      await picture(stage.pictures, 'rooms-2-provider', dialog);
      await dialog.getByRole('link', { name: /olga/i }).click();
    });
    await mail.shows('Choose the room for this meeting.');
    await mail.show('rooms-3-choose');
    await mail.pane.getByRole('button', { name: /Olga's room/ }).click();
    await mail.shows('The joining instructions of your room are in the meeting.');
    await mail.show('rooms-4-added');
    assert.match(await mail.bodyText(), /olga-room@vc\.example\.com/);
    assert.deepEqual(await mail.attendees(), ['ben@example.com']);
    await mail.send();
    await mail.compose({}, 'Again'); // the service remembers who signed in
    await mail.pane.locator('#own-rooms').click();
    await mail.shows('Choose the room for this meeting.');
    await mail.pane.getByRole('button', { name: 'Sign out' }).click();
    await mail.pane.getByRole('button', { name: 'Sign in' }).waitFor();
  },

  async 'someone gives up signing in'(mail) {
    await ownRooms(mail, { user: 'ben' });
    await signIn(mail, (dialog) => dialog.getByRole('link', { name: 'Cancel' }).click());
    await mail.shows('Signing in did not work');
    await mail.show('rooms-cancelled');
    await signIn(mail, (dialog) => dialog.close());
    await mail.shows('Signing in did not work');
    await signIn(mail, (dialog) => dialog.getByRole('link', { name: /ben/i }).click());
    await mail.shows('You have no room of your own.');
    await mail.show('rooms-none');
  },

  async 'nested app authentication'(mail, { stage }) {
    await stage.ask('integration', { addin_authentication_method: 'NAA_TOKEN' });
    await mail.compose({ mailbox: '1.13' });
    await mail.press();
    await mail.shows('Your video room is ready');
    await mail.compose({ mailbox: '1.13', token: 'stranger' });
    await mail.press();
    await mail.shows('The service did not accept the request.');
    await mail.compose({ mailbox: '1.5' });
    await mail.press();
    await mail.shows('This Outlook cannot prove who you are');
    await mail.show('rooms-no-nested');
  },

  async 'single sign-on'(mail, { stage }) {
    await stage.ask('integration', { addin_authentication_method: 'SSO_TOKEN' });
    await mail.compose({ mailbox: '1.13' });
    await mail.press();
    await mail.shows('Your video room is ready');
    await mail.compose({ mailbox: '1.13', token: 'none' });
    await mail.press();
    await mail.shows('Outlook did not tell who you are.');
    await stage.ask('integration', { addin_authentication_method: 'EXCHANGE_USER_ID_TOKEN' });
  },
};
