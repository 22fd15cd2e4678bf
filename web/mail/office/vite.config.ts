import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/** One classic script, as add-ins load Office's. Built after the page, into the same folder. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  build: {
    outDir: '../../dist/mail',
    emptyOutDir: false,
    target: 'es2021',
    lib: { entry: 'office.ts', formats: ['iife'], name: 'emulatedOffice', fileName: () => 'office.js' },
  },
});
