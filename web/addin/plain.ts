/** HTML as text for meetings that are plain text. Nothing of it is run, loaded or shown here. */

const BLOCKS = new Set(
  (
    'address article aside blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 ' +
    'header hr li main nav ol p pre section table tr ul'
  ).split(' '),
);
const SPACED = new Set('blockquote dl h1 h2 h3 h4 h5 h6 ol p pre table ul'.split(' '));
const UNSEEN = new Set(
  'head script style template title noscript iframe object svg math textarea select'.split(' '),
);
const LINKS = /^(?:https?|mailto|tel|sips?|h323|pexip):/i;
const DEPTH_MAX = 200; // elements inside each other

class Writer {
  text = '';
  private space = false; // is due before the next word
  private lines = 0; // line breaks due before the next word
  private bulleted = false; // a bullet waits for its words

  write(words: string): void {
    const collapsed = words.replace(/[ \t\r\n\f]+/g, ' ');
    const body = collapsed.trim();
    if (!body) {
      this.space ||= collapsed !== '';
      return;
    }
    if (this.text && this.lines) this.text += '\n'.repeat(this.lines);
    else if (this.text && (this.space || collapsed.startsWith(' '))) this.text += ' ';
    this.text += body;
    this.lines = 0;
    this.space = collapsed.endsWith(' ');
    this.bulleted = false;
  }

  bullet(text: string): void {
    this.write(text);
    this.bulleted = true;
  }

  /** At least so many line breaks come before the next word. */
  break(count: number): void {
    if (this.bulleted) return;
    this.lines = Math.max(this.lines, count);
    this.space = false;
  }

  /** One more line break than there is. */
  line(): void {
    this.lines = Math.min(this.lines + 1, 2);
    this.space = false;
  }
}

/** "text <address>"; only one of them when they are the same. */
function link(anchor: Element, out: Writer): void {
  const href = (anchor.getAttribute('href') ?? '').trim();
  const words = (anchor.textContent ?? '').replace(/\s+/g, ' ').trim();
  const bare = href.replace(/^(?:mailto|tel|sips?|h323|pexip):/i, '');
  if (LINKS.test(href) && words !== href && words !== bare) out.write(` <${href}>`);
}

function bullet(item: Element): string {
  const list = item.parentElement;
  if (list?.localName !== 'ol') return '- ';
  const items = Array.from(list.children).filter((e) => e.localName === 'li');
  return `${items.indexOf(item) + 1}. `;
}

function write(node: Node, out: Writer, depth: number): void {
  if (node.nodeType === Node.TEXT_NODE) out.write(node.nodeValue ?? '');
  if (node.nodeType !== Node.ELEMENT_NODE || depth > DEPTH_MAX) return;
  const element = node as Element;
  const name = element.localName;
  if (UNSEEN.has(name)) return;
  if (name === 'br') return out.line();
  if (name === 'img') return out.write(element.getAttribute('alt') ?? '');
  const nested = SPACED.has(name) && element.closest('li') !== null;
  const breaks = BLOCKS.has(name) ? (SPACED.has(name) && !nested ? 2 : 1) : 0;
  if (breaks) out.break(breaks);
  if (name === 'li') out.bullet(bullet(element));
  if (name === 'td' || name === 'th') out.write(' ');
  for (const child of Array.from(element.childNodes)) write(child, out, depth + 1);
  if (name === 'a') link(element, out);
  if (breaks) out.break(breaks);
}

/** Styles are of no use here, and the page's policy would report each of them. */
function withoutStyles(html: string): string {
  return html
    .replace(/<style[\s>][\s\S]*?<\/style\s*>/gi, '')
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/([\s"'])style\s*=/gi, '$1 data-style='));
}

/** Readable text: paragraphs apart, lists with dashes or numbers, addresses of links in "<>". */
export function toPlain(html: string): string {
  const out = new Writer();
  write(new DOMParser().parseFromString(withoutStyles(html), 'text/html').body, out, 0);
  return out.text.replace(/\u00a0/g, ' ').trim();
}
