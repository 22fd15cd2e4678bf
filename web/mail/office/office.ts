/**
 * The emulator's office.js: the part of Office's JavaScript API that add-ins for appointments use.
 *
 * In a frame of the mail page every call is a message to it. In a dialog there is the parent to
 * talk to and no mailbox. Elsewhere Office is ready without a host, as Microsoft's is.
 */

import type { Context } from '../channel';
import { ui } from './dialog';
import { handlers, makeItem, Properties } from './item';
import { nestedBridge } from './nested';
import { Outlook, settle } from './result';

const ROAMING_SETTINGS_MAX = 32 << 10;

interface Info {
  host: string | null;
  platform: string | null;
}

const script = document.currentScript as HTMLScriptElement | null;
const origin = new URL(script?.src ?? location.href).origin;
const framed = window.parent !== window;
const outlook = new Outlook(origin);

const enums = {
  AsyncResultStatus: { Succeeded: 'succeeded', Failed: 'failed' },
  CoercionType: { Text: 'text', Html: 'html' },
  HostType: { Outlook: 'Outlook' },
  PlatformType: { PC: 'PC', OfficeOnline: 'OfficeOnline', Mac: 'Mac', iOS: 'iOS', Android: 'Android', Universal: 'Universal' },
  EventType: {
    DialogMessageReceived: 'dialogMessageReceived',
    DialogEventReceived: 'dialogEventReceived',
    DialogParentMessageReceived: 'dialogParentMessageReceived',
    ItemChanged: 'olkItemSelectedChanged',
    RecipientsChanged: 'olkRecipientsChanged',
    AppointmentTimeChanged: 'olkAppointmentTimeChanged',
    RecurrenceChanged: 'olkRecurrenceChanged',
    EnhancedLocationsChanged: 'olkEnhancedLocationsChanged',
    OfficeThemeChanged: 'officeThemeChanged',
  },
  MailboxEnums: {
    ItemType: { Message: 'message', Appointment: 'appointment' },
    RecipientType: { User: 'user', DistributionList: 'distributionList', ExternalUser: 'externalUser', Other: 'other' },
    LocationType: { Custom: 'custom', Room: 'room' },
    ItemNotificationMessageType: {
      ProgressIndicator: 'progressIndicator',
      InformationalMessage: 'informationalMessage',
      ErrorMessage: 'errorMessage',
    },
    DelegatePermissions: { Read: 1, Write: 2, DeleteOwn: 4, DeleteAll: 8, EditOwn: 16, EditAll: 32 },
  },
};

function makeMailbox(context: Context): Record<string, unknown> {
  const { name, smtp, timeZone } = context.user;
  return {
    diagnostics: { hostName: 'OutlookWebApp', hostVersion: '15.2.1544.4', OWAView: 'ThreeColumns' },
    userProfile: {
      displayName: name,
      emailAddress: smtp,
      timeZone,
      ...(outlook.has('1.6') ? { accountType: context.accountType } : {}),
    },
    ewsUrl: undefined,
    item: makeItem(outlook),
    getUserIdentityTokenAsync: (callback: never, asyncContext: unknown) =>
      settle({ asyncContext }, callback, () => outlook.ask('mailbox.getUserIdentityTokenAsync')),
    ...handlers(outlook),
  };
}

/** Which requirement sets there are. */
function isSetSupported(name: string, version = '1.1'): boolean {
  if (!outlook.context) return false;
  if (/^mailbox$/i.test(name)) return outlook.has(version);
  if (/^dialogapi$/i.test(name)) return Number(version) <= 1.1;
  const online = outlook.context.accountType === 'office365';
  if (/^nestedappauth$/i.test(name)) return online && Number(version) <= 1.1;
  return /^identityapi$/i.test(name) && online && Number(version) <= 1.3;
}

const getAccessToken = (options: unknown = {}): Promise<unknown> => outlook.ask('auth.getAccessToken', options);

const Office = {
  ...enums,
  context: {
    ui,
    requirements: { isSetSupported },
    auth: { getAccessToken },
  } as Record<string, unknown>,
  auth: { getAccessToken },
  actions: { associate: (): void => undefined },
  addin: {},
  initialize: undefined as ((reason: string) => void) | undefined,
  onReady(callback?: (info: Info) => unknown): Promise<Info> {
    return ready.then((info) => {
      callback?.(info);
      return info;
    });
  },
  isSetSupported,
};

async function start(): Promise<Info> {
  if (!framed) return { host: window.opener ? 'Outlook' : null, platform: window.opener ? 'OfficeOnline' : null };
  const context = (await outlook.ask('context')) as Context;
  outlook.context = context;
  if (context.accountType === 'office365') Object.assign(window, { nestedAppAuthBridge: nestedBridge(outlook) });
  Object.assign(Office.context, {
    mailbox: makeMailbox(context),
    displayLanguage: context.displayLanguage,
    contentLanguage: context.displayLanguage,
    officeTheme: context.theme,
    host: 'Outlook',
    platform: 'OfficeOnline',
    diagnostics: { host: 'Outlook', platform: 'OfficeOnline', version: '16.0.0.0' },
    touchEnabled: false,
    commerceAllowed: false,
    roamingSettings: new Properties(
      context.roaming,
      (values) => outlook.ask('roamingSettings.set', values),
      ROAMING_SETTINGS_MAX,
    ),
    partitionKey: undefined,
  });
  return { host: 'Outlook', platform: 'OfficeOnline' };
}

Object.assign(window, { Office, OfficeRuntime: { auth: { getAccessToken } } });
const ready = start();
void ready.then(() => Office.initialize?.('inserted'));
outlook.handlers.set('theme', [
  (notice) => {
    Office.context['officeTheme'] = (notice as { officeTheme: unknown }).officeTheme;
  },
]);
