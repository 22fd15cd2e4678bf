/**
 * HTML as Outlook leaves it: nobody gets back what he put into a mail.
 *
 * `word` is classic Outlook for Windows, whose editor is Word: everything is a paragraph of class
 * MsoNormal in a section, styles move into spans, unknown attributes and comments vanish, lines
 * break anywhere, lists are drawn. `web` is Outlook on the web: most stays, but ids and classes get a prefix and
 * links their own attributes. `none` keeps what is harmless.
 */

import { asConditions, drawLists, readLists } from './word_lists';

export type Rewriting = 'word' | 'web' | 'none';

const ELEMENTS = new Set(
  ('a abbr b blockquote br caption code col colgroup div em font h1 h2 h3 h4 h5 h6 hr i img li ol p pre s small span ' +
    'strike strong sub sup table tbody td tfoot th thead tr u ul o:p').split(' '),
);
const ATTRIBUTES = new Set(
  ('align alt bgcolor border cellpadding cellspacing class color colspan dir face height href id lang name rowspan size ' +
    'src start style target title valign width').split(' '),
);
const BLOCKS = 'address blockquote div h1 h2 h3 h4 h5 h6 hr li ol p pre table tbody td tfoot th thead tr ul'.split(' ');
const LINE = 72; // Word breaks the lines of its source about there

function isDangerous(name: string, value: string): boolean {
  return (name === 'href' || name === 'src') && /^\s*(javascript|vbscript|data:text)/i.test(value);
}

/** Only elements that texts are made of, with attributes that cannot do anything. */
function cleanElement(element: Element): void {
  for (const child of [...element.children]) cleanElement(child);
  if (['script', 'style', 'head', 'title', 'template', 'iframe', 'object'].includes(element.localName)) {
    element.remove();
    return;
  }
  if (!ELEMENTS.has(element.localName)) {
    element.replaceWith(...element.childNodes);
    return;
  }
  for (const { name, value } of [...element.attributes])
    if (!ATTRIBUTES.has(name) || isDangerous(name, value)) element.removeAttribute(name);
}

function removeComments(root: Node): void {
  for (const child of [...root.childNodes]) {
    if (child.nodeType === Node.COMMENT_NODE) child.remove();
    else removeComments(child);
  }
}

/** The body of a document, or of a piece of one, safe to be shown. */
export function parse(html: string): HTMLElement {
  // Handlers would never run here, but browsers report them as breaking the page's policy.
  const harmless = html.replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/(\s)on(\w+\s*=)/gi, '$1data-on$2'));
  const { body } = new DOMParser().parseFromString(harmless, 'text/html');
  readLists(body);
  for (const child of [...body.children]) cleanElement(child);
  return body;
}

function hasBlocks(element: Element): boolean {
  return [...element.children].some((c) => BLOCKS.includes(c.localName) || hasBlocks(c));
}

/** Puts the element's children under another name. */
function rename(element: Element, name: string): HTMLElement {
  const made = element.ownerDocument.createElement(name);
  for (const { name: key, value } of [...element.attributes]) made.setAttribute(key, value);
  made.append(...element.childNodes);
  element.replaceWith(made);
  return made;
}

/** Text directly under the section, or beside blocks, becomes a paragraph of its own. */
function gatherInline(parent: Element): void {
  let paragraph: Element | undefined;
  for (const node of [...parent.childNodes]) {
    const element = node.nodeType === Node.ELEMENT_NODE ? (node as Element).localName : '';
    const empty = !node.textContent?.trim() && element !== 'br' && element !== 'img';
    if (BLOCKS.includes(element) || (!paragraph && empty)) {
      paragraph = undefined;
      continue;
    }
    if (!paragraph) {
      paragraph = parent.ownerDocument.createElement('p');
      node.before(paragraph);
    }
    paragraph.append(node);
  }
}

/** Styles that Word keeps for a paragraph; the others it gives to the text. */
const PARAGRAPH_STYLE = /^(margin|text-align|text-indent|line-height)/;

function moveStyle(paragraph: HTMLElement): void {
  const declarations = (paragraph.getAttribute('style') ?? '').split(';').map((d) => d.trim()).filter(Boolean);
  const text = declarations.filter((d) => !PARAGRAPH_STYLE.test(d));
  const own = declarations.filter((d) => PARAGRAPH_STYLE.test(d));
  paragraph.removeAttribute('style');
  if (own.length) paragraph.setAttribute('style', own.join(';'));
  if (!text.length || !paragraph.textContent?.trim()) return;
  const span = paragraph.ownerDocument.createElement('span');
  span.setAttribute('style', text.join(';'));
  span.append(...paragraph.childNodes);
  paragraph.append(span);
}

function wordLink(link: Element): void {
  for (const name of ['target', 'id', 'class', 'style']) link.removeAttribute(name);
  if (link.children.length === 1 && link.firstElementChild?.localName === 'span') return;
  const span = link.ownerDocument.createElement('span');
  span.setAttribute('style', 'color:#0563C1');
  span.append(...link.childNodes);
  link.append(span);
}

/** Breaks long lines of the source where there is a blank. */
function breakLines(root: Node): void {
  for (const node of [...root.childNodes]) {
    if (node.nodeType !== Node.TEXT_NODE) {
      if ((node as Element).localName !== 'pre') breakLines(node);
      continue;
    }
    const text = (node.nodeValue ?? '').replace(/\s*\n\s*/g, ' ');
    node.nodeValue = text.replace(new RegExp(`(.{${LINE},}?) `, 'g'), '$1\n');
  }
}

function toWord(body: HTMLElement): void {
  removeComments(body);
  for (const section of [...body.querySelectorAll('div.WordSection1')]) section.replaceWith(...section.childNodes);
  for (const div of [...body.querySelectorAll('div')].reverse()) {
    if (hasBlocks(div)) {
      gatherInline(div);
      for (const block of [...div.children]) {
        const style = [div.getAttribute('style'), block.getAttribute('style')].filter(Boolean).join(';');
        if (style) block.setAttribute('style', style);
      }
      div.replaceWith(...div.childNodes);
    } else rename(div, 'p');
  }
  gatherInline(body);
  for (const element of [...body.querySelectorAll('*')]) {
    for (const name of ['id', 'dir', 'title']) element.removeAttribute(name);
    if (!/^Mso/.test(element.getAttribute('class') ?? '')) element.removeAttribute('class');
  }
  for (const p of [...body.querySelectorAll<HTMLElement>('p, li')]) {
    p.setAttribute('class', 'MsoNormal');
    moveStyle(p);
    if (!p.querySelector('o\\:p')) p.append(p.ownerDocument.createElement('o:p'));
  }
  for (const link of [...body.querySelectorAll('a[href]')]) wordLink(link);
  breakLines(body);
}

function toWeb(body: HTMLElement): void {
  removeComments(body);
  for (const element of [...body.querySelectorAll('[id], [class]')]) {
    for (const name of ['id', 'class']) {
      const value = element.getAttribute(name);
      if (value) element.setAttribute(name, value.split(/\s+/).map((v) => (v.startsWith('x_') ? v : `x_${v}`)).join(' '));
    }
  }
  for (const link of [...body.querySelectorAll('a[href]')]) {
    link.setAttribute('target', '_blank');
    link.setAttribute('rel', 'noopener noreferrer');
    link.setAttribute('data-auth', 'NotApplicable');
  }
}

/** A piece of HTML as the editor takes it in. */
export function rewrite(html: string, how: Rewriting): string {
  const body = parse(html);
  if (how === 'word') toWord(body);
  if (how === 'web') toWeb(body);
  return body.innerHTML;
}

/** The editor's contents as the document that is sent, and that add-ins get. */
export function asDocument(html: string, how: Rewriting): string {
  const head = '<meta http-equiv="Content-Type" content="text/html; charset=utf-8">';
  if (how !== 'word') return `<html><head>${head}</head><body>${rewrite(html, how)}</body></html>`;
  const body = parse(html);
  toWord(body);
  drawLists(body);
  return (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40"><head>' +
    `${head}<meta name="Generator" content="Microsoft Word 15 (filtered medium)"></head>\n` +
    `<body lang="EN-US" link="#0563C1" vlink="#954F72" style="word-wrap:break-word">\n<div class="WordSection1">\n${asConditions(body.innerHTML)}\n</div>\n</body>\n</html>`
  );
}

/** Line breaks in the source of HTML are blanks. */
function collapse(root: Node): void {
  for (const node of [...root.childNodes]) {
    if (node.nodeType === Node.TEXT_NODE) node.nodeValue = (node.nodeValue ?? '').replace(/[ \t\r\n]+/g, ' ');
    else if ((node as Element).localName !== 'pre') collapse(node);
  }
}

/** The words of it, a line for each block. */
export function asText(html: string): string {
  const body = parse(html);
  collapse(body);
  for (const line of [...body.querySelectorAll('br')]) line.replaceWith('\n');
  for (const block of [...body.querySelectorAll('p, div, li, tr, h1, h2, h3, pre')]) block.append('\n');
  return (body.textContent ?? '').replace(/[ \t]*\n[ \t]*/g, '\n').replace(/\n{3,}/g, '\n\n').trim();
}

export function escapeText(text: string): string {
  const span = document.createElement('span');
  span.textContent = text;
  return span.innerHTML.replace(/\r?\n/g, '<br>');
}
