/** The debug log that the pane can show. Tokens never reach it. */

const LINES_MAX = 200;
const TOKENS = /\beyJ[\w-]+\.[\w-]+\.?[\w-]*|\bTOK:-[\w-]+/g;

export class Log {
  private kept: readonly string[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(private readonly now: () => Date = () => new Date()) {}

  add(text: string): void {
    const line = `${this.now().toISOString().slice(11, 23)} ${text.replace(TOKENS, '<token>')}`;
    this.kept = [...this.kept, line].slice(-LINES_MAX);
    for (const listener of this.listeners) listener();
  }

  readonly lines = (): readonly string[] => this.kept;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}
