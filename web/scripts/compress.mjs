// Puts a .br and a .gz beside each built file that is worth it: the server sends
// what the browser takes, and compresses nothing itself.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const dist = fileURLToPath(new URL('../dist', import.meta.url))

function* files(dir) {
  for (const name of readdirSync(dir)) {
    const path = join(dir, name)
    if (statSync(path).isDirectory()) yield* files(path)
    else yield path
  }
}

let plain = 0
let packed = 0
for (const path of files(dist)) {
  if (!/\/assets\/.*\.(js|css|svg|json)$/.test(path)) continue
  const data = readFileSync(path)
  const br = brotliCompressSync(data, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: data.length },
  })
  plain += data.length
  packed += Math.min(br.length, data.length)
  if (br.length > data.length * 0.95) continue
  writeFileSync(path + '.br', br)
  writeFileSync(path + '.gz', gzipSync(data, { level: 9 }))
}
console.log(`console: ${(plain / 1024).toFixed(0)} kB, ${(packed / 1024).toFixed(0)} kB with brotli`)
