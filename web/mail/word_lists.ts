/**
 * Lists as Word writes them: paragraphs with a bullet or number of its own making, between the marks
 * of a condition, where lists were; and back again when Word reads them.
 */

const MARK = 'mso-list:Ignore';
const STYLE = 'margin-left:.5in;text-indent:-.25in;mso-list:l0 level1 lfo1';

function mark(text: string, document: Document): Node[] {
  const drawn = document.createElement('span');
  drawn.setAttribute('style', MARK);
  const gap = document.createElement('span');
  gap.setAttribute('style', "font:7.0pt 'Times New Roman'");
  gap.textContent = '\u00a0\u00a0\u00a0\u00a0\u00a0 ';
  drawn.append(text, gap);
  return [document.createComment('[if !supportLists]'), drawn, document.createComment('[endif]')];
}

function drawItem(item: Element, text: string): HTMLElement {
  const paragraph = item.ownerDocument.createElement('p');
  paragraph.setAttribute('class', 'MsoListParagraph');
  paragraph.setAttribute('style', STYLE);
  paragraph.append(...mark(text, item.ownerDocument), ...item.childNodes);
  return paragraph;
}

/** Turns the lists of a body (those without lists inside) into Word's paragraphs. */
export function drawLists(body: HTMLElement): void {
  for (const list of [...body.querySelectorAll('ul, ol')]) {
    const items = [...list.children];
    if (list.querySelector('ul, ol, p, div, table') || items.some((i) => i.localName !== 'li')) continue;
    const ordered = list.localName === 'ol';
    list.replaceWith(...items.map((item, i) => drawItem(item, ordered ? `${i + 1}.` : '\u00b7')));
  }
}

/** The conditions as Word writes them: the document's own writer makes comments of them. */
export function asConditions(html: string): string {
  return html.replace(/<!--\[(if !supportLists|endif)\]-->/g, '<![$1]>');
}

/** Makes lists of Word's paragraphs again. */
export function readLists(body: HTMLElement): void {
  let list: Element | undefined;
  for (const paragraph of [...body.querySelectorAll('p.MsoListParagraph')]) {
    const drawn = [...paragraph.querySelectorAll('span')].find((s) => s.getAttribute('style')?.includes(MARK));
    if (!drawn) continue;
    const name = /^\d/.test(drawn.textContent ?? '') ? 'ol' : 'ul';
    drawn.remove();
    const item = body.ownerDocument.createElement('li');
    item.append(...paragraph.childNodes);
    if (!list || list.localName !== name || list.nextElementSibling !== paragraph) {
      list = body.ownerDocument.createElement(name);
      paragraph.before(list);
    }
    list.append(item);
    paragraph.remove();
  }
}
