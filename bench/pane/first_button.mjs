/**
 * The built pane in a browser that has never been there, over throttled connections: bytes that
 * travel, and time until its button can be pressed and until Office has answered. The floor beside
 * it is a page of nothing but a button. office.js is a stand-in of a few kilobytes (dev/office.js):
 * Microsoft's own is loaded beside the pane's scripts, and the button does not wait for it.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../', import.meta.url);
const ROUNDS = Number(process.argv[2] ?? 5);
const CPU = 4; // times slower than this machine
const LINES = [
  { name: '10 Mbit/s, 40 ms', kbit: 10000, latency: 40 },
  { name: '1.6 Mbit/s, 150 ms', kbit: 1600, latency: 150 },
  { name: '400 kbit/s, 400 ms', kbit: 400, latency: 400 },
];

for (const [path, remedy] of [
  ['web/dist/addin/index.html', 'make web'],
  ['test/browser/node_modules/playwright-core/index.mjs', 'tools/deps bench'],
])
  if (!existsSync(fileURLToPath(new URL(path, ROOT)))) {
    console.error(`bench/pane: '${path}' is missing: ${remedy}`);
    process.exit(1);
  }
const { launch } = await import(new URL('test/browser/browser.mjs', ROOT));

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

function serve() {
  const server = spawn(process.execPath, [fileURLToPath(new URL('web/addin/dev/serve.mjs', ROOT))]);
  return new Promise((resolve) =>
    server.stdout.once('data', (line) => resolve({ server, url: String(line).trim() })),
  );
}

async function visit(browser, url, line) {
  const context = await browser.newContext({ viewport: { width: 320, height: 600 } });
  const page = await context.newPage();
  const wire = await context.newCDPSession(page);
  let bytes = 0;
  wire.on('Network.loadingFinished', (event) => (bytes += event.encodedDataLength));
  await wire.send('Network.enable');
  await wire.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: line.latency,
    downloadThroughput: (line.kbit * 1000) / 8,
    uploadThroughput: (line.kbit * 1000) / 8,
  });
  await wire.send('Emulation.setCPUThrottlingRate', { rate: CPU });
  const start = performance.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForFunction(() => document.querySelector('button'));
  const button = performance.now() - start;
  await page.waitForFunction(() => !document.querySelector('#result [role=progressbar]'));
  const ready = performance.now() - start;
  await context.close();
  return { button, ready, bytes };
}

const { server, url } = await serve();
const browser = await launch();
try {
  console.log(`first visit, processor slowed ${CPU} times, median of ${ROUNDS}\n`);
  console.log('connection            button ms   ready ms    bytes   floor ms');
  for (const line of LINES) {
    const visits = [];
    const floors = [];
    for (let i = 0; i < ROUNDS; i++) {
      visits.push(await visit(browser, url, line));
      floors.push((await visit(browser, `${url}floor`, line)).button);
    }
    const of = (name) => Math.round(median(visits.map((v) => v[name])));
    const row = [of('button'), of('ready'), of('bytes'), Math.round(median(floors))];
    const widths = [12, 11, 9, 11];
    console.log(line.name.padEnd(19) + row.map((n, i) => String(n).padStart(widths[i])).join(''));
  }
} finally {
  await browser.close();
  server.kill();
}
