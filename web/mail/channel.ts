/** What the mail page and its office.js say to each other, by postMessage. */

export const CHANNEL = 'emulated-outlook';

/** From the add-in's frame. */
export interface Request {
  channel: typeof CHANNEL;
  id: number;
  call: string;
  args: unknown[];
}

/** To the add-in's frame, for each request. */
export interface Reply {
  channel: typeof CHANNEL;
  id: number;
  value?: unknown;
  error?: OfficeErrorData;
}

/** To the add-in's frame: something happened to the item. */
export interface Notice {
  channel: typeof CHANNEL;
  event: string;
  data: Record<string, unknown>;
}

/** What Office puts into AsyncResult.error. */
export interface OfficeErrorData {
  name: string;
  code: number;
  message: string;
}

/** What an add-in may read without waiting. */
export interface Context {
  mailboxVersion: string; // "1.5": the newest Mailbox requirement set
  displayLanguage: string;
  theme: Theme;
  user: { name: string; smtp: string; timeZone: string };
  accountType: string; // "enterprise", "office365"
  shared: boolean; // a delegate writes in another's calendar
  roaming: Record<string, unknown>;
}

export interface Theme {
  bodyBackgroundColor: string;
  bodyForegroundColor: string;
  controlBackgroundColor: string;
  controlForegroundColor: string;
  isDarkTheme: boolean;
}

export interface Person {
  displayName: string;
  emailAddress: string;
}

/** The call failed, as Office reports it. */
export class OfficeError extends Error {
  constructor(
    readonly code: number,
    name: string,
    message: string,
  ) {
    super(message);
    this.name = name;
  }

  data(): OfficeErrorData {
    return { name: this.name, code: this.code, message: this.message };
  }
}
