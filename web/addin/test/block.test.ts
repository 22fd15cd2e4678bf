import { describe, expect, test } from 'vitest';
import { cutBlock, findBlock, printOf, wrap, type Print } from '../block';
import { INSTRUCTIONS } from './meeting';
import { asSafeLinks, asWeb, asWord, WORD_BLOCK, WORD_LIST_BLOCK } from './word';

const print = printOf(INSTRUCTIONS, true) as Print;
const block = wrap(INSTRUCTIONS, print);

/** The body without the block, found by the note unless told. */
function cut(body: string, note: Print | undefined = print): string | undefined {
  const place = findBlock(body, true, note);
  return place && cutBlock(body, true, place);
}

describe('what was inserted comes out, and nothing else', () => {
  const before = '<p>Agenda &amp; notes:</p>';
  const after = '<p>1. Budget<br>2. <i>Any other business</i></p><img src="cid:chart">';

  test('as it went in', () => {
    expect(cut(before + block + after)).toBe(before + after);
  });
  test('from an otherwise empty body', () => {
    expect(cut(block)).toBe('');
    expect(cut(`<html><body>${block}</body></html>`)).toBe('<html><body></body></html>');
  });
  test('without a note, by the wrapping element', () => {
    expect(findBlock(before + block + after, true)).toEqual(
      findBlock(before + block + after, true, print),
    );
    expect(cut(`${before}${block.replace('id="vmrd', 'id="x_x_vmrd')}${after}`, undefined)).toBe(
      before + after,
    );
  });
  test('as Outlook on the web rewrites it', () => {
    const body = asWeb(before + block + after);
    expect(cut(body)).toBe(asWeb(before + after));
    expect(cut(body, undefined)).toBe(asWeb(before + after));
  });
  test('as Word rewrites it, the blank line below included', () => {
    const mine = `<p class=MsoNormal>Hello all,<o:p></o:p></p>`;
    const rest = `<p class=MsoNormal><o:p>&nbsp;</o:p></p><p class=MsoNormal>Best <![if !vml]>regards<![endif]><o:p></o:p></p>`;
    const left = cut(asWord(mine + WORD_BLOCK + rest)) ?? '';
    expect(left.replace(/\n/g, '')).toBe(asWord(mine + rest).replace(/\n/g, ''));
  });
  test('when Word has made paragraphs of its list', () => {
    const mine = `<p class=MsoNormal>Hello all,<o:p></o:p></p>`;
    expect((cut(asWord(WORD_LIST_BLOCK + mine)) ?? '').replace(/\n/g, '')).toBe(
      asWord(mine).replace(/\n/g, ''),
    );
  });
  test('with safe links', () => {
    expect(cut(before + asSafeLinks(block) + after)).toBe(before + after);
  });
  test('when the user has written inside the wrapping element', () => {
    const body = block.replace('<div><br></div></div>', '<div>Bring <b>cake</b></div></div>');
    const left = cut(body) ?? '';
    expect(left).toContain('<div>Bring <b>cake</b></div>');
    expect(left).not.toMatch(/Join|PXPS|<li/);
  });
  test('when the user has written into its last line', () => {
    const left = cut(before + block.replace('8888#', '8888# and more') + after) ?? '';
    expect(left).toContain(' and more');
    expect(left).not.toContain('PXPS');
  });
  test("a picture at its edge goes, the user's own beside it stays", () => {
    const html = `<img src="logo.png">${INSTRUCTIONS}<hr>`;
    const known = printOf(html, true) as Print;
    expect(known.images).toEqual([1, 1]);
    const body = `<img src="cid:mine">${wrap(html, known)}<img src="cid:other">`;
    expect(cut(body, known)).toBe('<img src="cid:mine"><img src="cid:other">');
    const flat = `<img src="cid:mine"><img src="logo.png">${INSTRUCTIONS}<hr><img src="cid:other">`;
    const left = cut(flat, known) ?? '';
    expect(left.replace(/\s/g, '')).toBe('<imgsrc="cid:mine"><imgsrc="cid:other">');
  });
  test("the user's empty lines around it stay where no wrapping element is left", () => {
    const lines = '<div class="elementToProof"><br></div>';
    const flat = `<div>${lines}<div>${INSTRUCTIONS}</div>${lines}${lines}</div>`;
    expect(cut(flat)).toBe(`<div>${lines}${lines}</div>`); // one of the two below was ours
  });
});

describe('nothing is done', () => {
  test('when its text was edited', () => {
    expect(cut(block.replace('By number', 'By phone'))).toBeUndefined();
    expect(cut(block.replace('By number', 'By phone'), undefined)).toBeUndefined();
  });
  test('when it is not there', () => {
    expect(cut('<p>Agenda</p>')).toBeUndefined();
    expect(cut('')).toBeUndefined();
  });
  test('when it is there twice and nothing tells which is ours', () => {
    expect(cut(block + block)).toBeUndefined();
  });
});

describe('plain text', () => {
  const text = 'Join the video meeting\r\n- In a browser: https://join.example.com/\r\nPXPS:-x#';
  const known = printOf(text, false) as Print;
  test('comes out with the empty line below it', () => {
    const body = `${text}\r\n\r\nAgenda\r\n\r\n1. Budget`;
    const place = findBlock(body, false, known);
    expect(place && cutBlock(body, false, place)).toBe('Agenda\r\n\r\n1. Budget');
  });
  test('is found when the client breaks its lines elsewhere', () => {
    const body = `Hello\n\n${text.replace('In a browser', 'In a\n browser')}\n\nBye`;
    const place = findBlock(body, false, known);
    expect(place && cutBlock(body, false, place)).toBe('Hello\n\nBye');
  });
});

test('a body of a million characters is searched in time', () => {
  const start = performance.now();
  expect(cut('<p>abcdefghij</p>'.repeat(40000) + block)).toBe('<p>abcdefghij</p>'.repeat(40000));
  expect(performance.now() - start).toBeLessThan(10000);
});
