/**
 * Nested app authentication: the bridge by which msal-browser asks the host for tokens. Its messages
 * are JSON texts, in both directions.
 */

import type { Outlook } from './result';

type Listener = (answer: string) => void;

interface BridgeRequest {
  method: 'GetInitContext' | 'GetToken' | 'GetTokenPopup';
  requestId: string;
  tokenParams?: unknown;
}

async function answerTo(outlook: Outlook, request: BridgeRequest): Promise<object> {
  if (request.method === 'GetInitContext')
    return { success: true, initContext: { sdkName: 'emulated-outlook', sdkVersion: '1.0.0', capabilities: {} } };
  try {
    return { success: true, ...((await outlook.ask('nested.getToken', request.tokenParams)) as object) };
  } catch (error) {
    return { success: false, error: { status: 'USER_CANCEL', code: 'user_cancel', description: (error as Error).message } };
  }
}

export function nestedBridge(outlook: Outlook): object {
  const listeners = new Set<Listener>();
  return {
    addEventListener: (_type: 'message', listener: Listener) => void listeners.add(listener),
    removeEventListener: (_type: 'message', listener: Listener) => void listeners.delete(listener),
    postMessage: (message: string) => {
      const request = JSON.parse(message) as BridgeRequest;
      void answerTo(outlook, request).then((answer) => {
        const text = JSON.stringify({ messageType: 'NestedAppAuthResponse', requestId: request.requestId, ...answer });
        for (const listener of listeners) listener(text);
      });
    },
  };
}
