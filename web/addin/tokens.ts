/** Proof of who the user is, as the integration wants it. It goes to the service and nowhere else. */

import { Failure, failure } from './failure';
import type { Log } from './log';
import { call } from './outlook';
import type { Authentication } from './settings';

const OFF = [9017, 9018]; // Exchange identity tokens are switched off
const SSO_MS = 120000; // people may have to sign in meanwhile

/** "enterprise": Exchange Server; "office365": Exchange Online; "" where Outlook does not tell. */
function accountType(): string {
  return Office.context.mailbox.userProfile.accountType ?? '';
}

async function exchange(log: Log): Promise<string> {
  try {
    return await call<string>('token', 'identity token', log, (done) =>
      Office.context.mailbox.getUserIdentityTokenAsync(done),
    );
  } catch (thrown) {
    const { detail } = failure(thrown, 'token');
    const off = OFF.some((code) => detail.includes(String(code))) || accountType() === 'office365';
    throw new Failure(off ? 'token-off' : 'token', detail);
  }
}

async function sso(log: Log): Promise<string> {
  const auth = Office.auth ?? window.OfficeRuntime?.auth;
  if (!auth) throw new Failure('token-off', 'this Outlook has no single sign-on');
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${SSO_MS / 1000} s`)), SSO_MS);
  });
  try {
    return await Promise.race([
      auth.getAccessToken({ allowSignInPrompt: true, allowConsentPrompt: true }),
      limit,
    ]);
  } catch (thrown) {
    const { code, message } = thrown as { code?: number; message?: string };
    log.add(`access token: ${code ?? ''} ${message ?? ''}`);
    const never = code === 13000 || code === 13003 || code === 13012;
    throw new Failure(never ? 'token-off' : 'token', `${code ?? ''} ${message ?? ''}`.trim());
  } finally {
    clearTimeout(timer);
  }
}

async function nested(auth: Authentication, log: Log): Promise<string> {
  if (accountType() === 'enterprise')
    throw new Failure('token-off', 'the mailbox is on an Exchange Server');
  const { nestedToken } = await import('./nested');
  return nestedToken(auth, log);
}

export async function token(auth: Authentication, log: Log): Promise<string> {
  log.add(`token: ${auth.method}${accountType() ? `, account ${accountType()}` : ''}`);
  if (auth.method === 'NAA_TOKEN') return nested(auth, log);
  return auth.method === 'SSO_TOKEN' ? sso(log) : exchange(log);
}

declare global {
  interface Window {
    OfficeRuntime?: { auth: Office.Auth }; // where function commands find it
  }
}
