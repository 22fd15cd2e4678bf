/** Nested app authentication. Loaded only where an integration uses it: the library is large. */

import {
  createNestablePublicClientApplication,
  type IPublicClientApplication,
} from '@azure/msal-browser';
import { Failure, failure } from './failure';
import type { Log } from './log';
import { isSupported } from './outlook';
import type { Authentication } from './settings';

let application: Promise<IPublicClientApplication> | undefined;

function applicationOf(auth: Authentication): Promise<IPublicClientApplication> {
  application ??= createNestablePublicClientApplication({
    auth: { clientId: auth.client_id, ...(auth.authority && { authority: auth.authority }) },
  });
  application.catch(() => (application = undefined)); // the next press tries again
  return application;
}

/** An access token for our own interface; asks the user only when it must. */
export async function nestedToken(auth: Authentication, log: Log): Promise<string> {
  if (!isSupported('NestedAppAuth', '1.1'))
    throw new Failure('token-off', 'this Outlook has no nested app authentication');
  const request = { scopes: auth.scope.split(/\s+/).filter(Boolean) };
  try {
    const client = await applicationOf(auth);
    try {
      const { accessToken } = await client.acquireTokenSilent(request);
      log.add('access token: silently');
      return accessToken;
    } catch (thrown) {
      log.add(`access token, silently: ${failure(thrown, 'token').detail}`);
      return (await client.acquireTokenPopup(request)).accessToken;
    }
  } catch (thrown) {
    const failed = failure(thrown, 'token');
    log.add(`access token: ${failed.detail}`);
    throw failed;
  }
}
