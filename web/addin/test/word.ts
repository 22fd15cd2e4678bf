/** HTML as mail clients write it: for trying what finds its way in it again. */

/** As classic Outlook gives a body back: Word's HTML, without our wrapping element. */
export function asWord(inner: string): string {
  return `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head><meta name=Generator content="Microsoft Word 15"><!--[if !mso]><style>v\\:* {behavior:url(#default#VML);}</style><![endif]-->
<style><!--
 p.MsoNormal, li.MsoNormal, div.MsoNormal {margin:0cm; font-size:11.0pt;}
--></style><!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit" spidmax="1026" /></xml><![endif]--></head>
<body lang=EN-GB link="#0563C1" vlink="#954F72" style='word-wrap:break-word'><div class=WordSection1>${inner}</div></body></html>`;
}

export const WORD_BLOCK = `<p class=MsoNormal><b><span style='mso-fareast-language:EN-US'>Join the video meeting<o:p></o:p></span></b></p>
<ul style='margin-top:0cm' type=disc><li class=MsoNormal style='mso-list:l0 level1 lfo1'>In a browser: <a
href="https://join.example.com/webapp/#/?conference=meet.123456789@example.com">https://join.example.com/webapp/#/?conference=meet.123456789@<span class=SpellE>example.com</span></a><o:p></o:p></li>
<li class=MsoNormal style='mso-list:l0 level1 lfo1'>From a meeting room or a SIP or H.323 device: meet.123456789@example.com<o:p></o:p></li><li
class=MsoNormal style='mso-list:l0 level1 lfo1'>By number: 123456789<o:p></o:p></li></ul><p class=MsoNormal>Please leave the next line as it is; the room is found by it.<o:p></o:p></p><p
class=MsoNormal>PXPS:&#8209;11112222&#8209;3333-4444-5555-<span style='color:black'>6666</span>77778888#<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>`;

/** Lists that Word has turned into paragraphs with drawn bullets. */
export const WORD_LIST_BLOCK = WORD_BLOCK.replace(/<ul[^>]*>|<\/ul>/g, '')
  .replace(/<li\s+class=MsoNormal/g, '<p class=MsoListParagraph')
  .replace(/<\/li>/g, '</p>')
  .replace(
    /(style='mso-list:l0 level1 lfo1'>)/g,
    `$1<![if !supportLists]><span style='font-family:Symbol;mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp; </span></span><![endif]>`,
  );

/** As Outlook on the web gives a body back: ids and classes with "x_", a div a line. */
export function asWeb(html: string): string {
  return `<html><head>\r\n<meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>${html
    .replace(/ id="/g, ' id="x_')
    .replace(/ class="/g, ' class="x_')
    .replace(/<p>/g, '<p style="margin-top:0px; margin-bottom:0px">')}</body></html>`;
}

/** As a mail gateway rewrites addresses, in the text, too. */
export function asSafeLinks(html: string): string {
  return html.replace(
    /https:\/\/join\.example\.com\/[^\s"<]*/g,
    (url) =>
      `https://eur01.safelinks.protection.outlook.com/?url=${encodeURIComponent(url)}&amp;data=05%7C02%7Cann%40example.com%7C1&amp;sdata=abc%2Bdef%3D&amp;reserved=0`,
  );
}
