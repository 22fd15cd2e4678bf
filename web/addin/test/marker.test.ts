import { expect, test } from 'vitest';
import { findMarker } from '../marker';

const ID = '11112222-3333-4444-5555-666677778888';

test.each([
  [`PXPS:-${ID}#`, false],
  [`<p>PXPS:-${ID}#</p>`, true],
  [`<p>pxps:-${ID.toUpperCase()}#</p>`, true],
  [
    `<p>PX<b>PS</b>:&#45;<span lang="en">11112222</span>-3333-4444-\r\n5555-6666&shy;77778888&#x23;</p>`,
    true,
  ],
  [`<p>PXPS:\u2011${ID.replaceAll('-', '\u2013')}#</p>`, true],
  [`<a title="a > b">PXPS</a>:-&nbsp;${ID}&num;`, true],
  [`<a title= 'a > b' don't>PXPS:-${ID}#</a>`, true],
  ['<td>TOK:-abc_DEF-123#</td>', true],
  [`see PXPS:-\n${ID}\n#`, false],
])('found in %s', (body, isHtml) => {
  expect(findMarker(body, isHtml)).toBe('whole');
});

test.each([
  ['PXPS:-1111#', false],
  ['<p>PXPS:-</p>', true],
  [`PXPS:-${ID.slice(0, -1)}#`, false],
  [`PXPS:-${ID}`, false],
  ['TOK:-#', false],
])('damaged in %s', (body, isHtml) => {
  expect(findMarker(body, isHtml)).toBe('damaged');
});

test.each([
  ['', true],
  ['PXPS', false],
  [`<!-- PXPS:-${ID}# -->`, true],
  [`<style>/* PXPS:-${ID}# */</style>`, true],
  [`<p title="PXPS:-${ID}#">x</p>`, true],
  [`<script>var a = "PXPS:-${ID}#"</script>`, true],
])('not in %s', (body, isHtml) => {
  expect(findMarker(body, isHtml)).toBe('none');
});
