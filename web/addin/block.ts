/**
 * The block of instructions in a meeting's body: how it is marked when it goes in, and how exactly
 * that block, and nothing else, comes out again whatever the mail client made of it meanwhile.
 *
 * A block is known by its visible text (length and fingerprint), not by its HTML, which Outlook
 * rewrites. The wrapping element carries both in its id; a note kept with the meeting does, too, for
 * clients that drop ids. What is cut out is cut from the source as the client gave it: the rest of
 * the body stays as it is, to the byte. If the text was edited, nothing is found and nothing is done.
 */

import { visible, type Tag, type Visible } from './visible';

export interface Print {
  length: number; // visible characters
  hash: string;
  images: [number, number]; // images and rules before the first and behind the last of them
}

/** Where a block stands: visible characters [first, end). */
export interface Place {
  first: number;
  end: number;
  print: Print;
}

const ID = /\sid\s*=\s*["']?(?:x_)*vmrd-(\d{1,7})-([\da-z]{1,16})-(\d)-(\d)\b/i;
const PICTURES = new Set(['img', 'hr']);
const BLANK_BLOCKS = new Set(['p', 'div']);
const BASES = [0x01000193, 0x5bd1e995];

/** Two rolling sums over `length` characters, one result per position where a window fits. */
function* windows(chars: string, length: number): Generator<string> {
  const sums = [0, 0];
  const powers = [1, 1]; // base ** length: what the character that leaves weighs
  for (let i = 0; i < length; i++)
    for (const k of [0, 1]) powers[k] = Math.imul(powers[k] as number, BASES[k] as number);
  for (let i = 0; i < chars.length; i++) {
    for (const k of [0, 1]) {
      const left = i >= length ? Math.imul(chars.charCodeAt(i - length), powers[k] as number) : 0;
      sums[k] = (Math.imul(sums[k] as number, BASES[k] as number) + chars.charCodeAt(i) - left) | 0;
    }
    if (i >= length - 1) yield sums.map((sum) => (sum >>> 0).toString(36)).join('');
  }
}

function pictures(tags: Tag[]): Tag[] {
  return tags.filter((tag) => tag.kind === 'void' && PICTURES.has(tag.name));
}

/** What a text that goes in is known by; undefined when nothing of it is visible. */
export function printOf(source: string, isHtml: boolean): Print | undefined {
  const seen = visible(source, isHtml);
  const { length } = seen.chars;
  if (!length) return undefined;
  const hash = windows(seen.chars, length).next().value as string;
  const count = (at: number) => Math.min(pictures(seen.tags).filter((t) => t.at === at).length, 9);
  return { length, hash, images: [count(0), count(length)] };
}

/** The instructions as they go in, with the wrapping element, and an empty line below them. */
export function wrap(html: string, print: Print): string {
  const body = /<body[^>]*>([\s\S]*?)(?:<\/body>|$)/i.exec(html)?.[1] ?? html;
  const id = `vmrd-${print.length}-${print.hash}-${print.images.join('-')}`;
  return `<div id="${id}">${body}<div><br></div></div>`;
}

/** What the wrapping element says, if the client has kept it. */
function printInside(body: string, tags: Tag[]): Print | undefined {
  for (const tag of tags) {
    const id = tag.kind === 'open' ? ID.exec(body.slice(tag.start, tag.end)) : null;
    if (id)
      return {
        length: Number(id[1]),
        hash: id[2] as string,
        images: [Number(id[3]), Number(id[4])],
      };
  }
  return undefined;
}

function places(chars: string, print: Print): Place[] {
  const found: Place[] = [];
  let first = 0;
  for (const hash of windows(chars, print.length)) {
    if (hash === print.hash) found.push({ first, end: first + print.length, print });
    first++;
  }
  return found;
}

/** The one place where a block stands that is known by `note`, or else by its wrapping element. */
export function findBlock(body: string, isHtml: boolean, note?: Print): Place | undefined {
  const seen = visible(body, isHtml);
  for (const print of [note, printInside(body, seen.tags)]) {
    const found = print ? places(seen.chars, print) : [];
    if (found.length === 1) return found[0];
  }
  return undefined;
}

/** An element of the body, with its place in the source and among the visible characters. */
interface Box {
  name: string;
  ours: boolean; // it is the wrapping element
  start: number;
  end: number;
  first: number;
  last: number;
  boxes: Box[];
  voids: Tag[];
}

function boxOf(tag: Tag, body: string): Box {
  const ours = tag.name === 'div' && ID.test(body.slice(tag.start, tag.end));
  return {
    name: tag.name,
    ours,
    start: tag.start,
    end: 0,
    first: tag.at,
    last: 0,
    boxes: [],
    voids: [],
  };
}

/** The elements, as far as their tags match; those that do not are left alone. */
function tree(seen: Visible, body: string): Box {
  const root = boxOf({ kind: 'open', name: '', start: 0, end: 0, at: 0 }, '');
  const open = [root];
  const top = () => open[open.length - 1] as Box;
  for (const tag of seen.tags) {
    if (tag.kind === 'void') top().voids.push(tag);
    else if (tag.kind === 'open') open.push(boxOf(tag, body));
    else {
      const at = open.map((box) => box.name).lastIndexOf(tag.name);
      if (at <= 0) continue;
      while (open.length > at) {
        const box = open.pop() as Box;
        const matched = open.length === at;
        box.end = matched ? tag.end : tag.start;
        box.last = tag.at;
        top().boxes.push(box);
      }
    }
  }
  while (open.length > 1) {
    const box = open.pop() as Box;
    box.end = body.length;
    box.last = seen.chars.length;
    top().boxes.push(box);
  }
  root.end = body.length;
  root.last = seen.chars.length;
  return root;
}

/** Collects the parts of the source that are the block's. */
class Cutter {
  readonly cuts: [number, number][] = [];
  private readonly pictures: Set<Tag>;

  constructor(
    private readonly seen: Visible,
    private readonly place: Place,
  ) {
    const { first, end, print } = place;
    const all = pictures(seen.tags);
    const before = all.filter((tag) => tag.at === first);
    const behind = all.filter((tag) => tag.at === end);
    this.pictures = new Set([
      ...all.filter((tag) => tag.at > first && tag.at < end),
      ...before.slice(Math.max(0, before.length - print.images[0])),
      ...behind.slice(0, print.images[1]),
    ]);
  }

  private within(box: { first: number; last: number }): boolean {
    const { first, end } = this.place;
    return box.first < box.last
      ? box.first >= first && box.last <= end
      : box.first > first && box.first < end;
  }

  /** True when nothing in it is anybody else's: no text, no picture, no empty line of theirs. */
  private isOurs(box: Box): boolean {
    if (!this.within(box) || /^(?:|html|head|body)$/.test(box.name)) return false;
    return this.onlyOurs(box, box.ours);
  }

  private onlyOurs(box: Box, wrapped: boolean): boolean {
    const picturesOk = box.voids.every((tag) => !PICTURES.has(tag.name) || this.pictures.has(tag));
    return (
      picturesOk &&
      box.boxes.every((inner) => {
        const blank = inner.first === inner.last && !this.within(inner);
        if (blank && !wrapped && BLANK_BLOCKS.has(inner.name)) return false;
        return this.onlyOurs(inner, wrapped);
      })
    );
  }

  visit(box: Box): void {
    if (this.isOurs(box)) {
      this.cuts.push([box.start, box.end]);
      return;
    }
    for (const tag of box.voids) if (this.isVoidOurs(tag)) this.cuts.push([tag.start, tag.end]);
    for (const inner of box.boxes) this.visit(inner);
  }

  private isVoidOurs(tag: Tag): boolean {
    if (PICTURES.has(tag.name)) return this.pictures.has(tag);
    return tag.at > this.place.first && tag.at < this.place.end;
  }

  /** The visible characters that stand directly in elements which stay, and the white space between. */
  text(source: string): void {
    const { first, end } = this.place;
    for (let i = first; i < end; i++) {
      const from = this.seen.from[i] as number;
      const until = i + 1 < end ? (this.seen.from[i + 1] as number) : (this.seen.to[i] as number);
      const markup = source.slice(from, until).search(/<[a-z!/?]/i);
      this.cuts.push([
        from,
        markup > 0 ? from + markup : Math.max(until, this.seen.to[i] as number),
      ]);
    }
  }

  /** Where no wrapping element was left to hold it: the empty line below. */
  gap(root: Box): void {
    const flat: Box[] = [];
    const collect = (box: Box) => {
      flat.push(box);
      box.boxes.forEach(collect);
    };
    collect(root);
    if (flat.some((box) => box.ours)) return;
    const behind = flat
      .filter((box) => BLANK_BLOCKS.has(box.name) && box.first === box.last)
      .filter((box) => box.first === this.place.end && !box.boxes.some((b) => b.voids.length))
      .filter((box) => box.voids.every((tag) => tag.name === 'br'))
      .sort((a, b) => a.start - b.start)[0];
    if (behind) this.cuts.push([behind.start, behind.end]);
  }
}

/** The body without those parts. */
function without(body: string, cuts: [number, number][]): string {
  let ret = '';
  let at = 0;
  for (const [from, to] of cuts.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (from > at) ret += body.slice(at, from);
    at = Math.max(at, to);
  }
  return ret + body.slice(at);
}

function cutPlain(body: string, seen: Visible, { first, end }: Place): string {
  const before = body.slice(0, seen.from[first]);
  const after = body.slice(seen.to[end - 1]);
  const blanks =
    /^[ \t\u00a0]*(?:\r\n?|\n){0,1}[ \t\u00a0]*(?:\r\n?|\n){0,1}/.exec(after)?.[0] ?? '';
  return before.replace(/[ \t]+$/, '') + after.slice(blanks.length);
}

/** The body without the block; undefined when it cannot be taken out without touching the rest. */
export function cutBlock(body: string, isHtml: boolean, place: Place): string | undefined {
  const seen = visible(body, isHtml);
  let ret: string;
  if (isHtml) {
    const root = tree(seen, body);
    const cutter = new Cutter(seen, place);
    cutter.visit(root);
    cutter.text(body);
    cutter.gap(root);
    ret = without(body, cutter.cuts);
  } else ret = cutPlain(body, seen, place);
  const rest = seen.chars.slice(0, place.first) + seen.chars.slice(place.end);
  return visible(ret, isHtml).chars === rest ? ret : undefined;
}
