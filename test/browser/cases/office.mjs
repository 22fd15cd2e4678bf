/** The emulator's office.js, called as an add-in calls it, by a page that does nothing else. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';

/** A mail page whose add-in is a bare page with office.js; call('item.body.getAsync', ...args). */
async function withProbe(mail, query, run) {
  const { control } = mail.stage;
  const page = `<!doctype html><html lang="en"><title>Probe</title><h1>Probe</h1><script src="${control}/mail/office.js"></script>`;
  const server = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end(page));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${server.address().port}/probe/`;
  const { addin } = await mail.stage.exchange('GET', '/mail/api/settings');
  await mail.stage.exchange('POST', '/addin', { url, audience: url });
  try {
    await mail.open('new', query);
    const frame = await mail.frame();
    await frame.waitForURL('**/probe/**');
    const info = await frame.evaluate(() => Office.onReady());
    const call = (path, ...args) =>
      frame.evaluate(
        ([names, given]) =>
          new Promise((done) => {
            let target = Office.context.mailbox;
            const method = names.pop();
            for (const name of names) target = target[name];
            target[method](...given, (result) => done({ ...result }));
          }),
        [path.split('.'), args],
      );
    await run({ frame, call, info });
  } finally {
    await mail.stage.exchange('POST', '/addin', addin);
    server.close();
  }
}

const html = { coercionType: 'html' };

export default {
  async 'is ready in Outlook, with the context there at once'(mail) {
    await withProbe(mail, { language: 'nb-NO', theme: 'dark' }, async ({ frame, info }) => {
      assert.deepEqual(info, { host: 'Outlook', platform: 'OfficeOnline' });
      const facts = await frame.evaluate(() => ({
        language: Office.context.displayLanguage,
        dark: Office.context.officeTheme.isDarkTheme,
        user: Office.context.mailbox.userProfile.emailAddress,
        type: Office.context.mailbox.item.itemType,
      }));
      assert.deepEqual(facts, { language: 'nb-NO', dark: true, user: 'olga@example.com', type: 'appointment' });
    });
  },

  async 'offers what Mailbox 1.5 has, and no more'(mail) {
    await withProbe(mail, { mailbox: '1.5' }, async ({ frame }) => {
      const has = await frame.evaluate(() => ({
        sets: ['1.1', '1.5', '1.6', '1.13'].map((v) => Office.context.requirements.isSetSupported('Mailbox', v)),
        newer: ['organizer', 'enhancedLocation', 'getItemIdAsync', 'sessionData'].filter((n) => n in Office.context.mailbox.item),
        account: Office.context.mailbox.userProfile.accountType,
      }));
      assert.deepEqual(has, { sets: [true, true, false, false], newer: [], account: undefined });
    });
  },

  async 'offers more with Mailbox 1.13'(mail) {
    await withProbe(mail, { mailbox: '1.13' }, async ({ frame, call }) => {
      assert.ok(await frame.evaluate(() => Office.context.requirements.isSetSupported('Mailbox', '1.13')));
      assert.ok(!(await frame.evaluate(() => 'getSharedPropertiesAsync' in Office.context.mailbox.item)));
      const organizer = await call('item.organizer.getAsync');
      assert.equal(organizer.value.emailAddress, 'olga@example.com');
    });
  },

  async 'puts HTML where it was told to, and rewrites it as Outlook does'(mail) {
    const given = '<div id="x" data-x="1" style="color:red"><p>one</p><!-- c --><p>two <a href="https://a.example/">link</a></p></div>';
    await withProbe(mail, { rewriting: 'word' }, async ({ call }) => {
      await mail.type('Mine');
      assert.equal((await call('item.body.prependAsync', given, html)).status, 'succeeded');
      const { value } = await call('item.body.getAsync', 'html');
      assert.match(value, /class="WordSection1"[\s\S]*one[\s\S]*two[\s\S]*Mine/);
      assert.match(value, /<p class="MsoNormal"><span style="color:red">one/);
      assert.match(value, /<a href="https:\/\/a\.example\/"><span style="color:#0563C1">link/);
      assert.doesNotMatch(value, /data-x|id="x"|<!--|<div style/);
      assert.equal((await call('item.body.getAsync', 'text')).value, 'one\ntwo link\nMine');
    });
    await withProbe(mail, { rewriting: 'word' }, async ({ call }) => {
      await call('item.body.setAsync', '<ol><li>one</li><li>two</li></ol><ul><li>three</li></ul>', html);
      const { value } = await call('item.body.getAsync', 'html');
      assert.match(value, /<p class="MsoListParagraph" style="[^"]*"><!\[if !supportLists\]><span style="mso-list:Ignore">2\./);
      assert.doesNotMatch(value, /<[ou]l>|<li/);
      await call('item.body.setAsync', value, html);
      assert.equal(await mail.body.locator('ol > li').count(), 2);
      assert.equal((await call('item.body.getAsync', 'text')).value, 'one\ntwo\nthree');
    });
    await withProbe(mail, { rewriting: 'web' }, async ({ call }) => {
      await call('item.body.setAsync', given, html);
      assert.match((await call('item.body.getAsync', 'html')).value, /<div id="x_x" style="color:red">/);
    });
  },

  async 'inserts at the cursor without taking text away'(mail) {
    await withProbe(mail, { rewriting: 'none' }, async ({ call }) => {
      await mail.type('beforeafter');
      for (let i = 0; i < 5; i++) await mail.page.keyboard.press('ArrowLeft');
      await call('item.body.setSelectedDataAsync', '<p>middle</p>', html);
      assert.equal((await call('item.body.getAsync', 'text')).value, 'before\nmiddle\nafter');
    });
  },

  async 'refuses as Office does'(mail) {
    await withProbe(mail, {}, async ({ call }) => {
      const long = await call('item.location.setAsync', 'x'.repeat(256));
      assert.deepEqual([long.status, long.value, long.error.name], ['failed', undefined, 'DataExceedsMaximumSize']);
      const many = Array.from({ length: 101 }, (_, i) => `a${i}@example.com`);
      assert.equal((await call('item.requiredAttendees.addAsync', many)).error.name, 'NumberOfRecipientsExceeded');
      await mail.page.selectOption('#format', 'text');
      assert.equal((await call('item.body.prependAsync', '<p>x</p>', html)).error.name, 'InvalidFormatError');
      assert.equal((await call('item.body.getTypeAsync')).value, 'text');
    });
  },

  async 'gives recipients that are resolved, and times as dates'(mail) {
    await withProbe(mail, {}, async ({ call, frame }) => {
      await mail.page.fill('#required', 'ben@example.com; nobody');
      const { value } = await call('item.requiredAttendees.getAsync');
      assert.deepEqual(value.map((p) => [p.displayName, p.emailAddress]), [['Ben', 'ben@example.com']]);
      await call('item.requiredAttendees.addAsync', ['BEN@example.com', { displayName: 'Room', emailAddress: 'room@example.com' }]);
      assert.deepEqual(await mail.attendees(), ['ben@example.com', 'room@example.com', 'nobody']);
      const isDate = await frame.evaluate(
        () => new Promise((done) => Office.context.mailbox.item.start.getAsync((r) => done(r.value instanceof Date))),
      );
      assert.ok(isDate);
    });
  },

  async 'keeps custom properties with the item, and roaming settings with the user'(mail) {
    await withProbe(mail, {}, async ({ frame }) => {
      const kept = await frame.evaluate(async () => {
        const load = () => new Promise((done) => Office.context.mailbox.item.loadCustomPropertiesAsync((r) => done(r.value)));
        const first = await load();
        first.set('a', 1);
        await new Promise((done) => first.saveAsync(done));
        Office.context.roamingSettings.set('b', 2);
        await new Promise((done) => Office.context.roamingSettings.saveAsync(done));
        return (await load()).get('a');
      });
      assert.equal(kept, 1);
    });
    await withProbe(mail, {}, async ({ frame }) => {
      assert.equal(await frame.evaluate(() => Office.context.roamingSettings.get('b')), 2);
    });
  },

  async 'saves without telling anybody'(mail, { stage }) {
    await withProbe(mail, {}, async ({ call }) => {
      await mail.page.fill('#subject', 'Only saved');
      await mail.page.fill('#required', 'mia@example.com');
      const { value } = await call('item.saveAsync');
      const [saved] = (await stage.items('olga@example.com', 'calendar')).filter((i) => i.Subject === 'Only saved');
      assert.equal(saved.ItemId, value);
      assert.ok(!(await stage.items('mia@example.com', 'inbox')).some((i) => i.Subject === 'Only saved'));
    });
  },

  async 'opens a dialog that talks to its parent'(mail, { page }) {
    await withProbe(mail, {}, async ({ frame }) => {
      const popup = page.context().waitForEvent('page');
      await frame.evaluate(() => {
        const place = Office.context.ui;
        globalThis.heard = new Promise((done) =>
          place.displayDialogAsync(location.origin + '/dialog', { width: 30, height: 40 }, (opened) => {
            opened.value.addEventHandler(Office.EventType.DialogMessageReceived, (event) => {
              opened.value.close();
              done(event.message);
            });
          }),
        );
      });
      const dialog = await popup;
      await dialog.waitForLoadState();
      await dialog.evaluate(async () => {
        await Office.onReady();
        Office.context.ui.messageParent('signed-in');
      });
      assert.equal(await frame.evaluate(() => globalThis.heard), 'signed-in');
      const closed = await frame.evaluate(
        () => new Promise((done) => Office.context.ui.displayDialogAsync('https://elsewhere.example/', (r) => done(r.error.code))),
      );
      assert.equal(closed, 12004);
    });
  },

  async 'does nothing for strangers'(mail, { page }) {
    await withProbe(mail, {}, async ({ call }) => {
      const ask = { channel: 'emulated-outlook', id: 1, call: 'subject.setAsync', args: ['broken'] };
      await page.evaluate((message) => window.postMessage(message, '*'), ask); // from the page itself
      assert.equal((await call('item.subject.getAsync')).value, ''); // answered after it
    });
  },
};
