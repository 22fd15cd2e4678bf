/** The body of an appointment: rich text or plain text, with a cursor that others can insert at. */

import { element } from '../shared/dom';
import { asText, escapeText, parse } from './rewrite';

export class Editor {
  readonly root = element('div', { class: 'body' });
  private readonly rich = element('div', {
    id: 'body',
    class: 'rich',
    contenteditable: 'true',
    role: 'textbox',
    'aria-multiline': 'true',
    'aria-label': 'Message',
  });
  private readonly plain = element('textarea', { id: 'body-plain', rows: '14', 'aria-label': 'Message' });
  private cursor: Range | undefined;
  private html = true;

  constructor() {
    document.addEventListener('selectionchange', this.remember);
    this.root.append(this.rich);
  }

  end(): void {
    document.removeEventListener('selectionchange', this.remember);
  }

  /** The cursor stays where it was while another frame has the focus. */
  private readonly remember = (): void => {
    const selection = getSelection();
    if (selection?.rangeCount && this.rich.contains(selection.anchorNode)) this.cursor = selection.getRangeAt(0).cloneRange();
  };

  get isHtml(): boolean {
    return this.html;
  }

  /** Turns rich text into plain text and back, as far as that goes. */
  setFormat(html: boolean): void {
    if (html === this.html) return;
    const content = this.content;
    this.html = html;
    this.root.replaceChildren(html ? this.rich : this.plain);
    this.content = html ? escapeText(content) : asText(content);
  }

  get content(): string {
    return this.html ? this.rich.innerHTML : this.plain.value;
  }

  set content(value: string) {
    this.cursor = undefined;
    if (this.html) this.rich.replaceChildren(...document.importNode(parse(value), true).childNodes);
    else this.plain.value = value;
  }

  insert(content: string, where: 'cursor' | 'top'): void {
    if (this.html) this.insertRich(content, where);
    else this.insertPlain(content, where);
  }

  private insertPlain(content: string, where: 'cursor' | 'top'): void {
    const at = where === 'top' ? 0 : this.plain.selectionStart;
    const to = where === 'top' ? 0 : this.plain.selectionEnd;
    this.plain.setRangeText(content, at, to, 'end');
  }

  private insertRich(content: string, where: 'cursor' | 'top'): void {
    const piece = document.createDocumentFragment();
    piece.append(...document.importNode(parse(content), true).childNodes);
    if (where === 'top' || !this.cursor || !this.rich.contains(this.cursor.startContainer)) {
      this.rich.prepend(piece);
      return;
    }
    this.cursor.deleteContents();
    splitParagraph(this.cursor, this.rich);
    const last = piece.lastChild;
    this.cursor.insertNode(piece);
    if (last) this.cursor.setStartAfter(last);
    this.cursor.collapse(true);
  }
}

/** Blocks go between paragraphs, not into one: the paragraph with the cursor is cut in two. */
function splitParagraph(cursor: Range, root: HTMLElement): void {
  let top: Node = cursor.startContainer;
  if (top === root) return;
  while (top.parentNode && top.parentNode !== root) top = top.parentNode;
  const rest = document.createRange();
  rest.setStart(cursor.startContainer, cursor.startOffset);
  rest.setEndAfter(top);
  const after = rest.extractContents();
  cursor.setStartAfter(top);
  cursor.collapse(true);
  const piece = after.firstChild;
  if (piece?.textContent) {
    cursor.insertNode(after);
    cursor.setStartAfter(top);
    cursor.collapse(true);
  }
}
