/**
 * Serves the built pane with a stand-in for Outlook and for the service, under the policy that the
 * real one has: `npm run build && npm run try`. dev/office.js says what its address can ask for; of
 * the service: answer=<ok|down|refused|late|busy|broken|html|rooms|none|signed-out>, single=0,
 * personal=1, debug=1, texts=<JSON>.
 */
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../dist/addin/', import.meta.url));
const BASE = '/api/client/v2/msexchange_schedulers/1/';
const EMPTY = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"; // Fluent's empty style elements
const POLICY = `default-src 'none'; script-src 'self'; style-src 'self' ${EMPTY}; img-src 'self'; connect-src 'self'`;
const TYPES = { html: 'text/html', js: 'text/javascript', css: 'text/css', png: 'image/png' };
const MARKER = 'PXPS:-11112222-3333-4444-5555-666677778888#';
const DETAILS = {
  room_name: 'Video meetings',
  room_email: 'video-meetings@example.com',
  alias_id: MARKER,
  instructions: `<p><b>Join the video meeting</b></p><ul><li>In a browser: <a href="https://join.example.com/webapp/">https://join.example.com/webapp/</a></li></ul>${MARKER}`,
};
const ROOMS = [
  {
    name: 'Ann’s room',
    description: 'Open to everybody',
    instructions: '<p>Join Ann</p>',
    location: 'Ann’s room',
  },
  {
    name: 'Averyveryverylongroomnamewithoutanyspaceinit',
    description: '',
    instructions: '<p>Join long</p>',
    location: 'long',
  },
];
const ANSWERS = {
  ok: [200, DETAILS],
  down: [
    200,
    {
      ...DETAILS,
      alias_id: 'TOK:-abc#',
      instructions: '<p>Later</p>TOK:-abc#',
      management_node_down: true,
    },
  ],
  refused: [
    403,
    "Invalid Token: Token Appctx 'amurl' domain 'mail.example.com' does not match one of the valid domains: '[]'",
  ],
  late: [403, 'Invalid Token: The token is not valid after 2026-11-23 12:00:00 UTC'],
  busy: [429, 'Too many requests'],
  broken: [500, 'The request failed. The administrator finds the reason under 0123456789abcdef'],
};

function settings(asked) {
  return JSON.stringify({
    connector: 1,
    manifest_version: '1.0.0.3',
    single_use: asked.get('single') !== '0',
    personal: asked.get('personal') === '1',
    authentication: { method: 'EXCHANGE_USER_ID_TOKEN' },
    debug: asked.get('debug') === '1',
    icon: 'images/addin_icon_64.png',
    texts: JSON.parse(asked.get('texts') ?? '{}'),
  }).replace(/</g, '\\u003c');
}

function reply(res, status, type, body) {
  res.writeHead(status, {
    'Content-Type': type,
    'Content-Security-Policy': POLICY,
    'X-Correlation-Id': '0123456789abcdef',
  });
  res.end(body);
}

function service(req, res, path, asked) {
  const [status, result] =
    path === 'meeting_details'
      ? (ANSWERS[asked.get('answer') ?? 'ok'] ?? ANSWERS.ok)
      : path === 'sign_in'
        ? [200, { url: BASE + 'sign_in?state=1' }]
        : [
            200,
            {
              signed_in: asked.get('answer') !== 'signed-out',
              rooms: asked.get('answer') === 'none' ? [] : ROOMS,
            },
          ];
  if (asked.get('answer') === 'html') return reply(res, 200, 'text/html', '<p>Please log in</p>');
  const word = status === 200 ? 'success' : 'failed';
  reply(res, status, 'application/json', JSON.stringify({ status: word, result }));
}

/** Built files go out packed, as vmrd sends them; gzip, since browsers take brotli by TLS only. */
async function asset(res, name) {
  const type = TYPES[name.split('.').pop()];
  const packed = await readFile(`${DIST}${name}.gz`).catch(() => undefined);
  if (packed) res.setHeader('Content-Encoding', 'gzip');
  reply(res, 200, type, packed ?? (await readFile(DIST + name)));
}

async function file(res, path, asked) {
  const name = path || 'index.html';
  if (name === 'office.js')
    return reply(res, 200, TYPES.js, await readFile(new URL('office.js', import.meta.url)));
  if (name === 'axe.js')
    return reply(
      res,
      200,
      TYPES.js,
      await readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url)),
    );
  if (name === 'check.js')
    return reply(res, 200, TYPES.js, await readFile(new URL('check.js', import.meta.url)));
  if (name === 'floor') return reply(res, 200, TYPES.html, '<button>nothing else</button>');
  if (name.startsWith('assets/')) return asset(res, name);
  const from = name.startsWith('images/')
    ? new URL(`../icons/${name.slice(7)}`, import.meta.url)
    : DIST + name;
  let body = await readFile(from);
  const scripts = ['office.js', ...(asked.has('check') ? ['axe.js', 'check.js'] : [])];
  if (name.endsWith('.html'))
    body = body
      .toString()
      .replace('<!--vmrd:office-->', scripts.map((s) => `<script src="${s}"></script>`).join(''))
      .replace(
        '<!--vmrd:settings-->',
        () => `<script type="application/json" id="settings">${settings(asked)}</script>`,
      );
  reply(res, 200, TYPES[name.split('.').pop()] ?? 'text/plain', body);
}

const server = createServer((req, res) => {
  const url = new URL(req.url, 'http://localhost');
  const path = url.pathname.startsWith(BASE) ? url.pathname.slice(BASE.length) : undefined;
  if (path === undefined || path.includes('..'))
    return reply(res, 404, 'text/plain', 'nothing here');
  // The pane's own requests carry no query: what was asked for is in the page's address.
  const referer = req.headers.referer
    ? new URL(req.headers.referer).searchParams
    : url.searchParams;
  if (['meeting_details', 'personal_vmrs', 'sign_in', 'signed_in', 'sign_out'].includes(path))
    return service(req, res, path, referer);
  file(res, path, url.searchParams).catch(() => reply(res, 404, 'text/plain', 'nothing here'));
});
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${server.address().port}${BASE}`),
);
