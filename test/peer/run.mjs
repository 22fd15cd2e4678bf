// Tries the client API with an independent client: node run.mjs JOIN_SERVER
//
// Starts the server (test/join/join_server.c) with some rooms, and joins them in every way. Ends with
// status 77 (skipped) when the client library is not installed (npm ci in this folder).

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
if (!existsSync(here('node_modules/@pexip/infinity'))) {
  console.log('skipped: npm ci in test/peer installs the client library');
  process.exit(77);
}

const server = spawn(process.argv[2], ['100'], { stdio: ['pipe', 'pipe', 'inherit'] });
const [line] = await new Promise((resolve) => createInterface(server.stdout).once('line', (...l) => resolve(l)));
const url = `http://127.0.0.1:${JSON.parse(line).port}`;

/** Runs one visit; each line it prints is given to `listener`. */
function visit(args, listener = () => {}) {
  console.log(`-- ${args.join(' ')}`);
  const child = spawn(process.execPath, [here('join.mjs'), url, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  createInterface(child.stdout).on('line', (said) => {
    console.log(said);
    listener(said);
  });
  return new Promise((resolve) => child.once('close', resolve));
}

const failed =
  (await visit(['900000000@vc.example.com'])) ||
  (await visit(['900000000'])) ||
  (await visit(['900000001@vc.example.com', '--closed'])) ||
  (await visit(['no-such-room@vc.example.com', '--closed'])) ||
  (await visit(['900000002@vc.example.com', '--pin', '1234'])) ||
  (await visit(['900000004@vc.example.com', '--ended'], (said) => {
    if (said === 'ok: sees itself') server.stdin.write('close 4\n');
  }));
server.stdin.end();
await new Promise((resolve) => server.once('close', resolve));
process.exit(failed ? 1 : 0);
