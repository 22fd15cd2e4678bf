/**
 * Server-sent events over fetch.
 *
 * Not EventSource: that can send no headers, so the token would have to stand in the URL, and URLs
 * end up in logs and histories.
 */

export type Listener = (name: string, data: unknown) => void;

/** Takes the pieces of a stream in any cut and gives the events in it. */
export class EventParser {
  private rest = '';

  constructor(private readonly listener: Listener) {}

  take(piece: string): void {
    this.rest += piece;
    for (;;) {
      const end = /\r?\n\r?\n/.exec(this.rest);
      if (!end) return;
      this.event(this.rest.slice(0, end.index));
      this.rest = this.rest.slice(end.index + end[0].length);
    }
  }

  private event(block: string): void {
    let name = 'message';
    const data: string[] = [];
    for (const line of block.split(/\r?\n/)) {
      const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (field === 'event') name = value ?? '';
      if (field === 'data') data.push(value ?? '');
    }
    if (data.length) this.listener(name, JSON.parse(data.join('\n')));
  }
}

/**
 * Reads events until the stream ends. Resolves with the status it was refused with, or 200 when it
 * was opened and ended; rejects when the network fails.
 */
export async function readEvents(
  url: string,
  headers: Record<string, string>,
  listener: Listener,
  signal: AbortSignal,
): Promise<number> {
  const answer = await fetch(url, { headers, signal, cache: 'no-store' });
  if (!answer.ok || !answer.body) return answer.status;
  const parser = new EventParser(listener);
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return answer.status;
    parser.take(decoder.decode(value, { stream: true }));
  }
}
