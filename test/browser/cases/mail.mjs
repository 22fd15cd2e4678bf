/** The mail page by itself. */

import assert from 'node:assert/strict';

export default {
  async 'signs in by choosing a user, and says what it is'(mail, { page, stage }) {
    await page.goto(`${stage.control}/mail/`);
    await page.getByText('This is not Outlook').waitFor();
    await mail.show('mail-sign-in');
    await page.selectOption('#user', 'ben');
    await page.getByRole('heading', { name: 'Calendar of Ben' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Calendar of Ben' }).waitFor();
  },

  async 'an invitation arrives by itself, is accepted, and the organizer sees it'(mail, { page, stage }) {
    const { context, page: bens } = await stage.window();
    const ben = new mail.constructor(stage, bens);
    await ben.open('inbox', { user: 'ben' });
    await bens.getByRole('heading', { name: 'Inbox of Ben' }).waitFor();
    await mail.compose({}, 'Lunch');
    await mail.send();
    await bens.getByRole('link', { name: 'Lunch', exact: true }).click();
    await bens.getByRole('button', { name: 'Accept' }).click();
    await bens.getByRole('heading', { name: 'Calendar of Ben' }).waitFor();
    await context.close();
    await mail.waitForAnswer('Lunch');
    await mail.calendar();
    await page.getByRole('link', { name: 'Lunch' }).click();
    await page.locator('dd', { hasText: 'ben@example.com' }).getByText('accepted').waitFor();
    await mail.show('mail-tracking');
  },

  async 'one occurrence of a series is moved and one cancelled'(mail, { page, stage }) {
    await mail.compose({}, 'Standup');
    await page.selectOption('#repeat', 'weekly');
    await mail.send();
    await page.getByRole('link', { name: 'Next week' }).click();
    await page.getByRole('link', { name: 'Standup' }).click();
    await page.getByRole('button', { name: 'Cancel this occurrence' }).waitFor();
    await mail.show('mail-occurrence');
    await page.getByRole('button', { name: 'Edit this occurrence' }).click();
    await page.fill('#subject', 'Standup, later');
    await mail.send();
    await page.getByRole('link', { name: 'Standup, later' }).waitFor();
    await page.getByRole('link', { name: 'Next week' }).click();
    await page.getByRole('link', { name: 'Standup', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel this occurrence' }).click();
    await page.getByRole('heading', { name: /^Calendar/ }).waitFor();
    const [master] = (await stage.items('olga@example.com', 'calendar')).filter((i) => i.Subject === 'Standup');
    assert.deepEqual(master.Recurrence.exceptions.map((e) => e.deleted), [false, true]);
  },

  async 'what is missing is asked for, and what Exchange refuses is shown'(mail, { page }) {
    await mail.compose();
    await page.fill('#required', 'ben');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByText('“ben” is no address.').waitFor();
    await page.fill('#required', '');
    await page.fill('#end', '2020-01-01T10:00');
    await page.getByRole('button', { name: 'Send', exact: true }).click();
    await page.getByRole('alert').getByText('It ends before it starts.').waitFor();
    await mail.show('mail-refused');
  },

  async 'scripts in mails do nothing'(mail, { page, stage }) {
    const script = '<p>Hello</p><script>document.title="broken"</script><img src="x" onerror="document.title=\'broken\'">' +
      '<a href="javascript:document.title=1">click</a>';
    await stage.exchange('POST', '/deliver', { to: 'mia@example.com', type: 'message', subject: 'Evil', body: script });
    await mail.open('inbox', { user: 'mia' });
    await page.getByRole('link', { name: 'Evil' }).click();
    await page.getByText('Hello').waitFor();
    assert.doesNotMatch(await page.title(), /broken/);
    assert.equal(await page.getByText('click').getAttribute('href'), null);
  },
};
