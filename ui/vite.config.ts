import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: 'dist',
    // WebKitGTK 2.40 and every browser of the same age.
    target: ['safari16.4', 'chrome111', 'firefox113'],
    // A data: URL would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // The desktop development build looks here; a busy port must be an error, not another port.
  // The catalogues lie beside this folder.
  server: { port: 5173, strictPort: true, fs: { allow: ['..'] } },
  // Without it vitest would load the server build of Svelte.
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  test: { environment: 'jsdom', include: ['src/**/*.test.ts'], setupFiles: ['src/test/setup.ts'] },
});
