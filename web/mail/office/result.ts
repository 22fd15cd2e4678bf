/** How Office's asynchronous calls take their arguments and tell their results. */

import { CHANNEL, OfficeError, type Context, type OfficeErrorData, type Reply } from '../channel';

export interface AsyncResult {
  status: 'succeeded' | 'failed';
  value: unknown;
  error: OfficeErrorData | undefined;
  asyncContext: unknown;
  diagnostics: undefined;
}

type Callback = (result: AsyncResult) => void;
export type Options = Record<string, unknown>;

/** The page around the frame: the one that this script came from, and nobody else. */
export class Outlook {
  private nextId = 1;
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  readonly handlers = new Map<string, ((args: unknown) => void)[]>();
  context: Context | undefined;

  constructor(private readonly origin: string) {
    addEventListener('message', (event) => {
      if (event.source !== parent || event.origin !== origin || event.data?.channel !== CHANNEL) return;
      if (typeof event.data.event === 'string')
        for (const handler of this.handlers.get(event.data.event) ?? [])
          handler({ type: event.data.event, ...event.data.data });
      else this.waiting.get(event.data.id)?.(event.data as Reply);
    });
  }

  ask(call: string, ...args: unknown[]): Promise<unknown> {
    const id = this.nextId++;
    parent.postMessage({ channel: CHANNEL, id, call, args }, this.origin);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, (reply) => {
        this.waiting.delete(id);
        if (reply.error) reject(new OfficeError(reply.error.code, reply.error.name, reply.error.message));
        else resolve(reply.value);
      });
    });
  }

  /** The newest Mailbox requirement set is at least this one. */
  has(version: string): boolean {
    const [major = 0, minor = 0] = version.split('.').map(Number);
    const [ourMajor = 0, ourMinor = 0] = (this.context?.mailboxVersion ?? '0.0').split('.').map(Number);
    return major < ourMajor || (major === ourMajor && minor <= ourMinor);
  }
}

/** Splits (data..., options?, callback?). */
export function split(args: unknown[], data: number): { data: unknown[]; options: Options; callback: Callback | undefined } {
  const rest = args.slice(data);
  const callback = rest.find((a) => typeof a === 'function') as Callback | undefined;
  const options = (rest.find((a) => a !== null && typeof a === 'object') ?? {}) as Options;
  return { data: args.slice(0, data), options, callback };
}

/** Does the work, then calls back; never before the caller has gone on. */
export function settle(options: Options, callback: Callback | undefined, work: () => Promise<unknown>): void {
  const tell = (result: Omit<AsyncResult, 'asyncContext' | 'diagnostics'>): void =>
    callback?.({ ...result, asyncContext: options['asyncContext'], diagnostics: undefined });
  Promise.resolve()
    .then(work)
    .then(
      (value) => tell({ status: 'succeeded', value, error: undefined }),
      (error: unknown) => {
        const known = error instanceof OfficeError ? error : new OfficeError(5001, 'InternalError', String(error));
        tell({ status: 'failed', value: undefined, error: known.data() });
      },
    );
}

/** A method name(data..., options?, callback?) that the page around the frame performs. */
export function method(outlook: Outlook, call: string, data = 0): (...args: unknown[]) => void {
  return (...args) => {
    const given = split(args, data);
    const { asyncContext: _, ...options } = given.options;
    settle(given.options, given.callback, () => outlook.ask(call, ...given.data, options));
  };
}
