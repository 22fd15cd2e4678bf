/// <reference types="vitest/config" />
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { pack } from '../shared/pack';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Puts boot.js, which is no module and must stay as it is written, beside the other built files and
 * its tag where the pages want it.
 */
function boot(): Plugin {
  const marker = '<!--addin:boot-->';
  let reference = '';
  return {
    name: 'addin-boot',
    apply: 'build',
    buildStart() {
      reference = this.emitFile({
        type: 'asset',
        name: 'boot.js',
        source: readFileSync(here('boot.js'), 'utf8'),
      });
    },
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const tag = `<script src="./${this.getFileName(reference)}"></script>`;
        for (const file of Object.values(bundle))
          if (file.type === 'asset' && file.fileName.endsWith('.html'))
            file.source = String(file.source).replace(marker, tag);
      },
    },
  };
}

export default defineConfig({
  root: here('.'),
  base: './', // vmrd serves it below /api/client/v2/msexchange_schedulers/<id>/
  publicDir: false,
  plugins: [boot(), pack()],
  esbuild: { jsx: 'automatic', legalComments: 'none' },
  build: {
    outDir: '../dist/addin',
    emptyOutDir: true,
    target: 'es2021', // boot.js refuses web views without it
    assetsInlineLimit: 0, // the page's policy allows no data: URLs
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: [here('index.html'), here('signed-in.html'), here('mobile.html')],
      onwarn(warning, warn) {
        // "use client" at the top of Fluent UI's files means nothing here.
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
    chunkSizeWarningLimit: 320, // KB; test/sizes.test.mjs has the limits that count
  },
  test: {
    environment: 'jsdom',
    include: ['test/**/*.test.{ts,tsx,mjs}'],
    restoreMocks: true,
    testTimeout: 60000,
  },
});
