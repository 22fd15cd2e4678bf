// Reads manifests with the libraries that add-in makers use, and says what they found.
//
//	node read.mjs DIRECTORY    with manifest.xml, and perhaps manifest-mobile.xml, manifest.zip
//
// Prints one line of JSON for each file; ends with status 0 when all were read.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const Ajv = require('ajv-draft-04');
const AdmZip = require('adm-zip');
const { OfficeAddinManifest } = require('office-addin-manifest');
const { convert } = require('office-addin-manifest-converter');

const directory = process.argv[2];
const said = console.log;
const complaints = [];
for (const level of ['log', 'warn', 'error', 'info']) console[level] = (...words) => complaints.push(words.join(' '));

const tell = (what) => said(JSON.stringify(what));

/** Microsoft's schema of the app manifest, of the version the manifest names. */
function schemaProblems(manifest) {
  const path = require.resolve('@microsoft/app-manifest/package.json').replace('package.json', 'build/json-schemas/teams/');
  const schema = JSON.parse(readFileSync(join(path, `v${manifest.manifestVersion}`, 'MicrosoftTeams.schema.json'), 'utf8'));
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  return ajv.validate(schema, manifest) ? [] : ajv.errors.map((e) => `${e.instancePath} ${e.message}`);
}

/** What office-addin-manifest tells of a manifest (its `info`), and what the converter makes of it. */
async function readXml(name) {
  const path = join(directory, name);
  const info = await OfficeAddinManifest.readManifestFile(path);
  const out = mkdtempSync(join(tmpdir(), 'manifest-'));
  await convert(path, out, false, undefined, undefined, false);
  const converted = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
  rmSync(out, { recursive: true });
  tell({ name, info, converted, complaints: complaints.splice(0) });
}

/** The unified manifest: as its schema wants it, and read by office-addin-manifest. */
async function readZip(name) {
  const zip = new AdmZip(join(directory, name));
  const manifest = JSON.parse(zip.readAsText('manifest.json'));
  const out = mkdtempSync(join(tmpdir(), 'manifest-'));
  zip.extractAllTo(out);
  const info = await OfficeAddinManifest.readManifestFile(join(out, 'manifest.json'));
  rmSync(out, { recursive: true });
  tell({ name, info, problems: schemaProblems(manifest), complaints: complaints.splice(0) });
}

assert.ok(existsSync(join(directory, 'manifest.xml')), 'there is no manifest.xml');
for (const name of ['manifest.xml', 'manifest-mobile.xml']) if (existsSync(join(directory, name))) await readXml(name);
if (existsSync(join(directory, 'manifest.zip'))) await readZip('manifest.zip');
