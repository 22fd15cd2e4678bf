/** Office's dialogs: a window of the add-in's own, and what it says to the pane that opened it. */

import { CHANNEL, OfficeError } from '../channel';
import { settle, split } from './result';

const CLOSED = 12006;
const LOOK_EVERY_MS = 300; // windows do not tell when they are closed

type Handler = (args: Record<string, unknown>) => void;

class Dialog {
  private readonly handlers = new Map<string, Handler>();
  private readonly timer: number;

  constructor(private readonly opened: Window) {
    addEventListener('message', this.heard);
    this.timer = window.setInterval(() => {
      if (opened.closed) this.end({ error: CLOSED });
    }, LOOK_EVERY_MS);
  }

  private readonly heard = (event: MessageEvent): void => {
    if (event.source !== this.opened || event.origin !== location.origin) return;
    if (event.data?.channel === CHANNEL && event.data.dialog === 'message')
      this.handlers.get('dialogMessageReceived')?.({ message: event.data.message, origin: event.origin });
  };

  private end(args?: Record<string, unknown>): void {
    clearInterval(this.timer);
    removeEventListener('message', this.heard);
    open = undefined;
    if (args) this.handlers.get('dialogEventReceived')?.(args);
  }

  addEventHandler(type: string, handler: Handler): void {
    this.handlers.set(type, handler);
  }

  messageChild(message: string): void {
    this.opened.postMessage({ channel: CHANNEL, dialog: 'child', message }, location.origin);
  }

  close(): void {
    this.end();
    this.opened.close();
  }
}

let open: Dialog | undefined;

function show(url: string, options: Record<string, unknown>): Dialog {
  const target = new URL(url);
  if (open) throw new OfficeError(12007, 'DialogAlreadyOpened', 'A dialog is open already.');
  if (target.protocol !== 'https:' && target.protocol !== location.protocol)
    throw new OfficeError(12005, 'RequireHTTPS', 'The address must use the HTTPS protocol.');
  if (target.origin !== location.origin)
    throw new OfficeError(12004, 'DomainNotTrusted', 'The address must be in the domain of the add-in.');
  const part = (name: string, of: number): number => Math.round((Number(options[name] ?? 80) / 100) * of);
  const opened = window.open(url, '', `width=${part('width', screen.width)},height=${part('height', screen.height)}`);
  if (!opened) throw new OfficeError(12009, 'DialogNotOpened', 'The browser does not open the dialog.');
  return (open = new Dialog(opened));
}

export const ui = {
  displayDialogAsync(url: string, ...args: unknown[]): void {
    const { options, callback } = split(args, 0);
    settle(options, callback, async () => show(url, options));
  },
  /** In the dialog's own page. */
  messageParent(message: string | boolean, options?: { targetOrigin?: string }): void {
    const target = options?.targetOrigin ?? location.origin;
    (window.opener as Window | null)?.postMessage({ channel: CHANNEL, dialog: 'message', message: String(message) }, target);
  },
  addHandlerAsync(_type: string, handler: Handler, ...args: unknown[]): void {
    const { options, callback } = split(args, 0);
    settle(options, callback, async () =>
      addEventListener('message', (event) => {
        if (event.source === window.opener && event.data?.channel === CHANNEL && event.data.dialog === 'child')
          handler({ message: event.data.message, origin: event.origin });
      }),
    );
  },
  closeContainer(): void {
    window.close();
  },
  openBrowserWindow(url: string): void {
    window.open(url, '_blank', 'noopener');
  },
};
