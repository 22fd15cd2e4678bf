import { afterEach, describe, expect, test, vi } from 'vitest';
import { host } from '../host';
import { Log } from '../log';
import { CALL_MS, outlookOf } from '../outlook';
import { failedMessage, signedInMessage, signInAt } from '../sign-in';
import { token } from '../tokens';
import { fakeOffice } from './office';

const log = new Log();
const broken = (code: number) => ({ error: { code, name: 'GenericError', message: 'why' } });
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('Outlook', () => {
  test('its values and its errors', async () => {
    const { item } = fakeOffice({ type: { value: 'text' }, 'body.get': broken(9020) });
    const outlook = outlookOf(item, log);
    expect(await outlook.bodyType()).toBe('text');
    await expect(outlook.body('html')).rejects.toMatchObject({
      code: 'body',
      detail: 'GenericError 9020: why',
    });
  });
  test('a call that never answers', async () => {
    vi.useFakeTimers();
    const { item } = fakeOffice({ 'body.prepend': { silent: true } });
    const asked = expect(outlookOf(item, log).prepend('x', 'html')).rejects.toMatchObject({
      code: 'insert',
    });
    await vi.advanceTimersByTimeAsync(CALL_MS);
    await asked;
  });
  test('a call that throws', async () => {
    const { item } = fakeOffice();
    item.body.getTypeAsync = () => {
      throw new Error('gone');
    };
    await expect(outlookOf(item, log).bodyType()).rejects.toMatchObject({
      code: 'body',
      detail: 'gone',
    });
  });
  test('an attendee is taken out of the list that has it, the others stay', async () => {
    const bob = { displayName: 'Bob', emailAddress: 'bob@example.com' };
    const room = { displayName: 'V', emailAddress: 'V@example.com' };
    const { item, calls } = fakeOffice({
      'optional.get': { value: [bob, room] },
      'required.get': { value: [bob] },
    });
    const outlook = outlookOf(item, log);
    await outlook.removeAttendee('optional', 'v@example.com');
    await outlook.removeAttendee('required', 'v@example.com');
    expect(calls.filter(([name]) => name.endsWith('.set'))).toEqual([['optional.set', [bob]]]);
  });
  test('more attendees than can be set in one call are not touched', async () => {
    const many = Array.from({ length: 102 }, (_, i) => ({
      displayName: '',
      emailAddress: `${i}@example.com`,
    }));
    const { item, calls } = fakeOffice({ 'optional.get': { value: many } });
    await expect(
      outlookOf(item, log).removeAttendee('optional', '5@example.com'),
    ).rejects.toMatchObject({ code: 'remove-attendee' });
    expect(calls.some(([name]) => name === 'optional.set')).toBe(false);
  });
  test("whose calendar it is: the shared folder's, the organiser's, or not known", async () => {
    const organizer = { value: { displayName: 'Ann', emailAddress: 'ann@example.com' } };
    const shared = { value: { owner: 'Ann in the folder' } };
    const { item, office } = fakeOffice({ organizer, shared });
    const up = (minor: number) =>
      (office.context.requirements.isSetSupported = (_, v) => Number(v.split('.')[1]) <= minor);
    const outlook = outlookOf(item, log);
    expect(await outlook.owner()).toBe('');
    up(7);
    expect(await outlook.owner()).toBe('Ann');
    office.context.mailbox.userProfile.emailAddress = 'ANN@example.com';
    expect(await outlook.owner()).toBe('');
    up(8);
    expect(await outlook.owner()).toBe('Ann in the folder');
  });
});

describe('the host', () => {
  test('is looked at before anything is done', async () => {
    const { office, item } = fakeOffice();
    expect(await host()).toBe('meeting');
    office.context.requirements.isSetSupported = () => false;
    expect(await host()).toBe('too_old');
    office.context.requirements.isSetSupported = () => true;
    (item as { requiredAttendees: unknown }).requiredAttendees = [];
    expect(await host()).toBe('not_meeting');
    office.onReady = async () => ({ host: null as unknown as string });
    expect(await host()).toBe('not_outlook');
    vi.unstubAllGlobals();
    expect(await host()).toBe('not_outlook');
  });
});

describe('tokens', () => {
  const auth = (method: 'EXCHANGE_USER_ID_TOKEN' | 'SSO_TOKEN' | 'NAA_TOKEN') => ({
    method,
    client_id: 'c',
    authority: '',
    scope: 'api://c/.default',
  });
  test('of Exchange', async () => {
    fakeOffice({ token: { value: 'identity' } });
    expect(await token(auth('EXCHANGE_USER_ID_TOKEN'), log)).toBe('identity');
  });
  test.each([9017, 9018])('of Exchange, switched off (%i)', async (code) => {
    fakeOffice({ token: broken(code) });
    await expect(token(auth('EXCHANGE_USER_ID_TOKEN'), log)).rejects.toMatchObject({
      code: 'token-off',
    });
  });
  test('of Exchange, where there are none: Exchange Online', async () => {
    const { office } = fakeOffice({ token: broken(5001) });
    await expect(token(auth('EXCHANGE_USER_ID_TOKEN'), log)).rejects.toMatchObject({
      code: 'token',
    });
    office.context.mailbox.userProfile.accountType = 'office365';
    await expect(token(auth('EXCHANGE_USER_ID_TOKEN'), log)).rejects.toMatchObject({
      code: 'token-off',
    });
  });
  test('of single sign-on', async () => {
    const { office } = fakeOffice();
    await expect(token(auth('SSO_TOKEN'), log)).rejects.toMatchObject({ code: 'token-off' });
    office.auth = { getAccessToken: async () => 'access' };
    expect(await token(auth('SSO_TOKEN'), log)).toBe('access');
    office.auth = {
      getAccessToken: async () => Promise.reject(Object.assign(new Error('x'), { code: 13003 })),
    };
    await expect(token(auth('SSO_TOKEN'), log)).rejects.toMatchObject({ code: 'token-off' });
    office.auth = {
      getAccessToken: async () => Promise.reject(Object.assign(new Error('x'), { code: 13006 })),
    };
    await expect(token(auth('SSO_TOKEN'), log)).rejects.toMatchObject({
      code: 'token',
      detail: '13006 x',
    });
  });
});

describe('nested app authentication', () => {
  const auth = {
    method: 'NAA_TOKEN' as const,
    client_id: 'c',
    authority: 'https://login.example.com/t',
    scope: 'api://c/a api://c/b',
  };
  async function withMsal(client: Record<string, unknown>) {
    vi.resetModules();
    const create = vi.fn(async () => client);
    vi.doMock('@azure/msal-browser', () => ({ createNestablePublicClientApplication: create }));
    return { create, token: (await import('../tokens')).token };
  }
  test('asks silently first, then the user', async () => {
    const { office } = fakeOffice();
    office.context.requirements.isSetSupported = () => true;
    const popup = vi.fn(async () => ({ accessToken: 'asked' }));
    const { create, token: get } = await withMsal({
      acquireTokenSilent: async () => Promise.reject(new Error('no')),
      acquireTokenPopup: popup,
    });
    expect(await get(auth, log)).toBe('asked');
    expect(create).toHaveBeenCalledWith({
      auth: { clientId: 'c', authority: 'https://login.example.com/t' },
    });
    expect(popup).toHaveBeenCalledWith({ scopes: ['api://c/a', 'api://c/b'] });
    const silent = await withMsal({ acquireTokenSilent: async () => ({ accessToken: 'known' }) });
    expect(await silent.token(auth, log)).toBe('known');
  });
  test('is refused where it cannot be: older Outlooks, mailboxes on an Exchange Server', async () => {
    const { office } = fakeOffice();
    const { create, token: get } = await withMsal({});
    await expect(get(auth, log)).rejects.toMatchObject({ code: 'token-off' });
    office.context.requirements.isSetSupported = () => true;
    office.context.mailbox.userProfile.accountType = 'enterprise';
    await expect(get(auth, log)).rejects.toMatchObject({ code: 'token-off' });
    expect(create).not.toHaveBeenCalled();
  });
});

describe('the sign-in window', () => {
  function dialog() {
    const handlers: Record<string, (event: unknown) => void> = {};
    return {
      handlers,
      close: vi.fn(),
      addEventHandler: (type: string, f: (event: unknown) => void) => (handlers[type] = f),
    };
  }
  async function opened() {
    const window = dialog();
    fakeOffice({ dialog: { value: window } });
    const done = signInAt('https://x/', log);
    done.catch(() => undefined);
    await vi.waitFor(() => expect(window.handlers['event']).toBeDefined());
    return { window, done };
  }
  test('signed in', async () => {
    const { window, done } = await opened();
    window.handlers['message']?.({ message: signedInMessage('c0de') });
    expect(await done).toBe('c0de');
    expect(window.close).toHaveBeenCalled();
  });
  test('refused by the provider, closed by the user, blocked', async () => {
    const refused = await opened();
    refused.window.handlers['message']?.({ message: failedMessage('access_denied') });
    await expect(refused.done).rejects.toMatchObject({ code: 'sign-in', detail: 'access_denied' });
    const closed = await opened();
    closed.window.handlers['event']?.({ error: 12006 });
    await expect(closed.done).rejects.toMatchObject({ code: 'sign-in', detail: '' });
    fakeOffice({ dialog: broken(12009) });
    await expect(signInAt('https://x/', log)).rejects.toMatchObject({ code: 'popup' });
  });
});
