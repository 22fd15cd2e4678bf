// Windows' names of time zones, by our table and by another project's: node windows_zones.mjs
//
// Ends with status 77 (skipped) when that is not installed (npm ci in test/peer).

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const peer = here('../peer/node_modules/windows-iana/dist/index.js');
if (!existsSync(peer)) {
  console.log('skipped: npm ci in test/peer installs windows-iana');
  process.exit(77);
}
const { default: zones } = await import(peer);

// Where we know better, and why: tools/zone-tables.
const differs = { 'Central Asia Standard Time': 'Asia/Bishkek', 'Kamchatka Standard Time': 'Asia/Kamchatka' };
const renamed = { 'Europe/Kyiv': 'Europe/Kiev' };

const table = readFileSync(here('../../src/model/zone_windows.c'), 'utf8');
const ours = new Map([...table.matchAll(/\{ "([^"]+)",\s+"([^"]+)" \}/g)].map(([, name, zone]) => [name, zone]));
const wrong = [];
for (const [name, zone] of ours) {
  if (differs[name] !== zone && !zones.findIana(name, '001').includes(renamed[zone] ?? zone)) wrong.push(`${name}: ${zone}`);
}
for (const { windowsName } of zones.WINDOWS_TO_IANA_MAP) {
  if (!ours.has(windowsName)) wrong.push(`${windowsName}: we have none`);
}
console.log(`${ours.size} names, ${wrong.length} differ`);
wrong.forEach((line) => console.log(line));
process.exit(wrong.length || ours.size < 100 ? 1 : 0);
