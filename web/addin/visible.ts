/**
 * A mail body as a person sees it, squeezed for searching, with the way back to its source.
 *
 * Mail clients do much to a body: tags in the middle of a word, entities, soft hyphens, other dashes
 * and quotes, bullets as text, safe links. Two bodies that look the same have the same `chars`; for
 * each of them `from` and `to` say where in the source it stands, so that something found here can
 * be cut out there and every other byte stays as it is.
 */

export interface Tag {
  kind: 'open' | 'close' | 'void';
  name: string;
  start: number; // in the source
  end: number;
  at: number; // index of the first visible character behind it
}

export interface Visible {
  chars: string;
  from: number[]; // per character: where it starts in the source
  to: number[]; // ... and ends
  tags: Tag[];
}

// White space, controls, soft hyphens, zero-width characters, marks of direction.
const INVISIBLE =
  /[\0-\x20\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]/;
const DASH = /[\u2010-\u2015\u2212\ufe63\uff0d]/;
const BULLET = /[\u00b7\u2022\u2023\u25aa\u25cf\u25e6\uf0b7]/;
const SINGLE_QUOTE = /[\u2018\u2019]/;
const DOUBLE_QUOTE = /[\u201c\u201d]/;
const VOID = new Set(
  'area base br col embed hr img input link meta param source track wbr'.split(' '),
);
const NAME = /^[a-z][^\s/>]*/i;
// What Word puts around the bullet or number that it draws for a list.
const LIST_MARK = /^<!\[if !supportLists\]>/i;
const LIST_MARK_END = /<!\[endif\]>/gi;

const named = new Map<string, string>();

/** The text of an entity such as "&uuml;"; undefined when it is none. */
function entity(source: string): string | undefined {
  const known = named.get(source);
  if (known !== undefined) return known;
  const area = document.createElement('textarea');
  area.innerHTML = source;
  if (area.value === source) return undefined;
  named.set(source, area.value);
  return area.value;
}

/** Behind the tag that starts at `at`; the quotes of a value may hold a ">". */
function tagEnd(source: string, at: number): number {
  let quote = '';
  let before = ''; // the last character that is no white space
  for (let i = at + 1; i < source.length; i++) {
    const c = source[i] as string;
    if (quote) quote = c === quote ? '' : quote;
    else if ((c === '"' || c === "'") && before === '=') quote = c;
    else if (c === '>') return i + 1;
    if (c > ' ') before = c;
  }
  return source.length;
}

/** Behind the first match of `what` from `at` on, or the end of the source. */
function behind(source: string, what: RegExp, at: number): number {
  const pattern = new RegExp(what.source, 'gi');
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : source.length;
}

class Reader {
  readonly ret: Visible = { chars: '', from: [], to: [], tags: [] };
  private readonly chars: string[] = [];

  constructor(
    private readonly source: string,
    private readonly isHtml: boolean,
  ) {}

  read(): Visible {
    for (let at = 0; at < this.source.length;) {
      const c = this.source[at];
      if (this.isHtml && c === '<') at = this.markup(at);
      else if (this.isHtml && c === '&') at = this.entity(at);
      else at = this.plain(at);
    }
    this.ret.chars = this.chars.join('');
    return this.ret;
  }

  private add(text: string, from: number, to: number): void {
    for (const c of text.split('')) {
      if (INVISIBLE.test(c) || BULLET.test(c)) continue;
      this.chars.push(
        DASH.test(c) ? '-' : SINGLE_QUOTE.test(c) ? "'" : DOUBLE_QUOTE.test(c) ? '"' : c,
      );
      this.ret.from.push(from);
      this.ret.to.push(to);
    }
  }

  private plain(at: number): number {
    this.add(this.source[at] as string, at, at + 1);
    return at + 1;
  }

  private entity(at: number): number {
    const found = /^&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});?/i.exec(
      this.source.slice(at, at + 40),
    );
    const text = found ? entity(found[0]) : undefined;
    if (!found || text === undefined) return this.plain(at);
    this.add(text, at, at + found[0].length);
    return at + found[0].length;
  }

  /** Reads what starts with "<" at `at`; a lone one is text. */
  private markup(at: number): number {
    const { source } = this;
    if (source.startsWith('<!--', at)) return behind(source, /-->/, at + 4);
    if (LIST_MARK.test(source.slice(at, at + 30))) return behind(source, LIST_MARK_END, at);
    const next = source[at + 1] ?? '';
    if (next === '!' || next === '?') return tagEnd(source, at);
    const closing = next === '/';
    const name = NAME.exec(source.slice(at + (closing ? 2 : 1), at + 80))?.[0].toLowerCase();
    if (!name) return closing ? tagEnd(source, at) : this.plain(at);
    const end = tagEnd(source, at);
    if (!closing && (name === 'style' || name === 'script' || name === 'title'))
      return behind(source, new RegExp(`</${name}[^>]*>`), end);
    const kind = closing ? 'close' : VOID.has(name) || source[end - 2] === '/' ? 'void' : 'open';
    this.ret.tags.push({ kind, name, start: at, end, at: this.chars.length });
    return end;
  }
}

const SAFE_LINK =
  /https:\/\/[a-z0-9.-]{1,100}\.safelinks\.protection\.outlook\.com\/(?:ap\/[^?]{1,40}\/)?\?url=([^&]{1,4000})&data=[^&]{0,4000}(?:&sdata=[^&]{0,400})?&reserved=0/gi;

/** Writes the address behind a safe link in its place; each character of it maps to all of the link. */
function unwrapped(seen: Visible): Visible {
  if (!seen.chars.includes('.safelinks.')) return seen;
  const ret: Visible = { chars: '', from: [], to: [], tags: seen.tags };
  const moved: { behind: number; by: number }[] = []; // how far the characters after it move
  let at = 0;
  const copy = (to: number) => {
    ret.chars += seen.chars.slice(at, to);
    ret.from.push(...seen.from.slice(at, to));
    ret.to.push(...seen.to.slice(at, to));
  };
  for (const link of seen.chars.matchAll(SAFE_LINK)) {
    let address = '';
    try {
      address = decodeURIComponent(link[1] as string);
    } catch {
      continue; // not a safe link after all
    }
    const end = link.index + link[0].length;
    copy(link.index);
    ret.chars += address;
    for (let i = 0; i < address.length; i++) {
      ret.from.push(seen.from[link.index] as number);
      ret.to.push(seen.to[end - 1] as number);
    }
    moved.push({ behind: end, by: ret.chars.length - end });
    at = end;
  }
  copy(seen.chars.length);
  const by = (index: number) => moved.filter((m) => m.behind <= index).pop()?.by ?? 0;
  ret.tags = seen.tags.map((tag) => ({ ...tag, at: tag.at + by(tag.at) }));
  return ret;
}

export function visible(source: string, isHtml: boolean): Visible {
  return unwrapped(new Reader(source, isHtml).read());
}
