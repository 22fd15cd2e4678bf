import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { pack } from '../shared/pack';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './', // vmrd serves it at /webapp/
  plugins: [pack()],
  build: {
    outDir: '../dist/join',
    emptyOutDir: true,
    target: 'es2021',
    assetsInlineLimit: 0, // the page's policy allows no data: URLs
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': process.env['VMRD_URL'] ?? 'http://127.0.0.1:8080' } },
});
