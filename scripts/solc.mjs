#!/usr/bin/env node
/**
 * A Solidity compiler for forge (`solc = ...` in foundry.toml), so that building needs no download besides npm's.
 * Speaks the part of native solc's command line that forge uses: `--version`, `--standard-json`.
 * A native compiler of the same version is faster and preferred: $FOUNDRY_SOLC, else `solc` on PATH.
 */
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const SELF = realpathSync(fileURLToPath(import.meta.url))
const VERSION = JSON.parse(readFileSync(require.resolve('solc/package.json'), 'utf8')).version

function isOtherProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return realpathSync(path) !== SELF
  } catch {
    return false
  }
}

/** Asked for its version, not trusted by its name: the `solc` on PATH may be another version or only a downloader. */
function nativeCompiler() {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'solc'))
  const candidates = [process.env.FOUNDRY_SOLC ?? '', ...onPath].filter(isOtherProgram)
  return candidates.find((program) => {
    const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 5_000 })
    // npm links its own `solc` (solcjs) into node_modules/.bin; native solc is the one that says "Version:".
    return status === 0 && stdout.includes(`Version: ${VERSION}+`)
  })
}

function loadWasm() {
  // Emscripten's module installs process-wide error handlers that print its whole source; forge wants one line.
  const compiler = require('solc/soljson.js')
  process.removeAllListeners('uncaughtException')
  process.removeAllListeners('unhandledRejection')
  return compiler
}

/** Input goes through the compiler's heap; the npm package's own call uses the WASM stack, too small for megabytes. */
function compile(input) {
  const wasm = loadWasm()
  const bytes = Buffer.byteLength(input)
  const pointer = wasm._solidity_alloc(bytes + 1)
  wasm.stringToUTF8(input, pointer, bytes + 1)
  return wasm.UTF8ToString(wasm._solidity_compile(pointer, 0, 0))
}

const args = process.argv.slice(2)
const native = nativeCompiler()
if (native !== undefined) {
  const child = spawn(native, args, { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => process.exit(code ?? 1))
} else if (args.includes('--version')) {
  const wasm = loadWasm()
  console.log('solc, the solidity compiler commandline interface')
  console.log(`Version: ${wasm.UTF8ToString(wasm._solidity_version())}`)
} else if (args.includes('--standard-json')) {
  process.stdout.write(compile(readFileSync(0, 'utf8')))
} else {
  console.error('usage: solc.mjs --version | --standard-json < input.json')
  process.exit(1)
}
