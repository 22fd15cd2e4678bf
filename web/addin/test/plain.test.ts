import { expect, test, vi } from 'vitest';
import { toPlain } from '../plain';
import { INSTRUCTIONS, MARKER } from './meeting';
import { asWord, WORD_BLOCK } from './word';

test('instructions read well', () => {
  expect(toPlain(INSTRUCTIONS)).toBe(`Join the video meeting

- In a browser: https://join.example.com/webapp/#/?conference=meet.123456789@example.com
- From a meeting room or a SIP or H.323 device: meet.123456789@example.com
- By number: 123456789

Please leave the next line as it is; the room is found by it.

${MARKER}`);
});

test.each([
  ['a<br>b<br/><br>c', 'a\nb\n\nc'],
  ['<a href="https://x.example/j">Join</a> now', 'Join <https://x.example/j> now'],
  ['<a href="mailto:a@b.example">a@b.example</a>', 'a@b.example'],
  ['<a href="sip:1@b.example"> 1@b.example </a>', '1@b.example'],
  ['<ol><li>one</li><li><p>two</p><p>more</p></li></ol>', '1. one\n2. two\nmore'],
  ['<ul><li>a<ul><li>b</li></ul></li></ul>', '- a\n- b'],
  [
    '<table><tr><td>PIN</td><td>1234</td></tr><tr><td>Host</td><td>99</td></tr></table>',
    'PIN 1234\nHost 99',
  ],
  ['<h1>T</h1><p>a  b\n c&nbsp;d</p>', 'T\n\na b c d'],
  ['<img src="x" alt="Logo"> Join', 'Logo Join'],
  ['&lt;b&gt; &amp; &uuml;&#8217;', '<b> & ü’'],
])('%s', (html, text) => {
  expect(toPlain(html)).toBe(text);
});

test.each([
  ['<script>alert(1)</script>a', 'a'],
  ['<a href="javascript:alert(1)">a</a>', 'a'],
  ['<a href=" java\nscript:alert(1)">a</a>', 'a'],
  ['<img src=x onerror="window.hurt=1">a', 'a'],
  ['<style>b{}</style><!-- c --><template>d</template>a', 'a'],
  ['<svg><script>alert(1)</script></svg>a', 'a'],
  ['<iframe srcdoc="<script>parent.hurt=1</script>"></iframe>a', 'a'],
  ['<p>a', 'a'],
  ['</div>a<', 'a<'],
  ['<noscript><img src=x onerror="window.hurt=1"></noscript>a', 'a'],
  ['a' + '<div>'.repeat(300) + 'deep', 'a'],
  ['', ''],
])('hostile or odd: %s', (html, text) => {
  expect(toPlain(html)).toBe(text);
  expect((window as { hurt?: number }).hurt).toBeUndefined();
});

test("Word's HTML", () => {
  expect(toPlain(asWord(WORD_BLOCK))).toMatch(
    /^Join the video meeting\n\n- In a browser: https:\S+\n- From/,
  );
});

test('styles do not reach the parser, where the policy would report them', () => {
  const parsed: string[] = [];
  const parse = DOMParser.prototype.parseFromString;
  vi.spyOn(DOMParser.prototype, 'parseFromString').mockImplementation(function (
    this: DOMParser,
    html,
    type,
  ) {
    parsed.push(html);
    return parse.call(this, html, type);
  });
  expect(
    toPlain(
      `<style>p{color:red}</style><p style="color:red" class='a'style='x'>a <b STYLE = y>b</b></p>`,
    ),
  ).toBe('a b');
  expect(parsed.join('')).not.toMatch(/<style|[^-]style\s*=/i);
});
