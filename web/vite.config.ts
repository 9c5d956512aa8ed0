import react from '@vitejs/plugin-react'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'
import { configDefaults } from 'vitest/config'

// fontFiles takes the fonts out of the style sheets, in which the design system
// has them as data: a browser then loads the weights that a page shows, once, and
// the pages' policy needs no exception.
function fontFiles(): Plugin {
  return {
    name: 'font-files',
    enforce: 'post',
    generateBundle(_, bundle) {
      for (const asset of Object.values(bundle)) {
        if (asset.type !== 'asset' || !asset.fileName.endsWith('.css')) continue
        asset.source = String(asset.source).replace(/data:font\/woff2;(?:charset=[\w-]+;)?base64,([A-Za-z0-9+/=]+)/g, (_, data: string) => {
          const file = this.emitFile({ type: 'asset', name: 'open-sans.woff2', source: Buffer.from(data, 'base64') })
          return this.getFileName(file).replace(/^assets\//, './')
        })
      }
    },
  }
}

export default defineConfig({
  base: '/console/',
  plugins: [react(), fontFiles()],
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    sourcemap: false,
    chunkSizeWarningLimit: 1500,
    // The policy of the pages forbids inline modules and data: scripts.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        // The page that most people open first, and all that it needs, is one file of each
        // kind: scores of small ones wait for each other.
        codeSplitting: { groups: [{ name: 'main', test: /\/src\/main\.tsx$/, includeDependenciesRecursively: true }] },
      },
    },
  },
  server: {
    // "npm exec vite" beside a running server, for work on the console itself.
    // The server compares Origin with Host, so that Host stays as the browser sent it.
    proxy: { '/console/api': { target: process.env.CAIRN_CONSOLE_API ?? 'http://127.0.0.1:4570', changeOrigin: false } },
  },
  test: {
    environment: 'happy-dom',
    exclude: [...configDefaults.exclude, 'e2e/**'],
  },
})
