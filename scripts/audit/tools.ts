/** Where the audit works, and its tools: a Python environment with pinned packages, and a forge build of its own. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { foundryBinary } from '../../packages/foundry/index.mjs'

export const ROOT = join(import.meta.dirname, '../..')
export const FOLDER = join(ROOT, '.audit')
export const TESTS = 'contracts/test/symbolic'
export const OUT = '.audit/out'
const BIN = join(FOLDER, 'venv/bin')
const REQUIREMENTS = join(import.meta.dirname, 'requirements.txt')

/** forge sees contracts/src and the audit's own tests only, and writes where no other build looks. */
const FORGE = {
  FOUNDRY_TEST: TESTS,
  FOUNDRY_SCRIPT: TESTS,
  FOUNDRY_OUT: OUT,
  FOUNDRY_CACHE_PATH: '.audit/cache',
}

export class Refusal extends Error {}

export interface Run {
  code: number
  stdout: string
  /** Empty unless quiet. */
  stderr: string
}

/**
 * Runs a program from the root. Its stdout, line by line, is `onLine`'s, and the result's; its stderr is the reader's, or the
 * result's when `quiet`.
 */
export function run(
  program: string,
  args: readonly string[],
  { onLine, quiet = false }: { onLine?: (line: string) => void; quiet?: boolean } = {},
): Promise<Run> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', quiet ? 'pipe' : 'inherit'],
      // The folder of forge comes first: halmos starts it by name.
      env: {
        ...process.env,
        ...FORGE,
        NO_COLOR: '1',
        PATH: `${join(foundryBinary('forge'), '..')}${delimiter}${process.env.PATH}`,
      },
    })
    let stdout = ''
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    let rest = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      if (onLine !== undefined) lines.forEach(onLine)
    })
    child.on('error', fail)
    child.on('close', (code) => done({ code: code ?? 1, stdout, stderr }))
  })
}

export const tool = (name: string) => join(BIN, name)

export const progress = (text: string) => console.error(`audit: ${text}`)

/** Installs the tools unless they are there: the same list installs nothing twice. */
export async function installTools(): Promise<void> {
  const wanted = readFileSync(REQUIREMENTS, 'utf8')
  const stamp = join(FOLDER, 'venv/requirements.txt')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  progress('installing slither, halmos, z3 and cvc5 into .audit/venv')
  rmSync(join(FOLDER, 'venv'), { recursive: true, force: true })
  mkdirSync(FOLDER, { recursive: true })
  const python = process.env.PYTHON ?? 'python3'
  const made = await run(python, ['-m', 'venv', join(FOLDER, 'venv')]).catch(() => ({ code: 1 }))
  if (made.code !== 0)
    throw new Refusal(
      `${python} cannot make a virtual environment: install Python 3.11 or newer with venv and pip ` +
        '(Debian and Ubuntu: apt install python3-venv), or name one with PYTHON=/path/to/python3',
    )
  const installed = await run(tool('python'), [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes'],
    ...['-r', REQUIREMENTS],
  ])
  if (installed.code !== 0)
    throw new Refusal('pip could not install scripts/audit/requirements.txt; its message is above')
  writeFileSync(stamp, wanted)
}

/** @param whole from nothing, so that what slither reads is of one build */
export async function build(whole: boolean): Promise<void> {
  progress('compiling the contracts')
  if (whole)
    for (const folder of ['out', 'cache']) rmSync(join(FOLDER, folder), { recursive: true, force: true })
  const args = ['build', '--ast', '--build-info', '--extra-output', 'storageLayout', 'metadata']
  const { code, stdout } = await run(foundryBinary('forge'), args)
  if (code !== 0) throw new Refusal(`the contracts do not compile\n${stdout}`)
}
