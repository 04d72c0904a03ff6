import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type ForgeRun, forgeTest } from '../../packages/foundry/forge-test.ts'
import { foundryBinary } from '../../packages/foundry/index.mjs'

const ROOT = join(import.meta.dirname, '../..')
/** Of the repository, besides the tests that are asked for; what is only read is linked. */
const COPIED = [
  'foundry.toml',
  'remappings.txt',
  'scripts/solc.mjs',
  'contracts/src',
  'contracts/script/deploy',
]
const LINKED = ['node_modules', 'packages']

const UNOPTIMIZED = { FOUNDRY_OPTIMIZER: 'false' }

/** A change of the source by its text. */
export interface Edit {
  /** From the repository's root. */
  file: string
  find: string
  replace: string
}

export interface Outcome {
  /** Of the test that failed, suite and name; undefined: every test passed. */
  caughtBy: string | undefined
  /** What that test said. */
  verdict: string
  seconds: number
}

/** The changed code does not compile, or forge ended without a report. */
export class NoReport extends Error {}

/**
 * A copy of the contracts and of some of their tests in a temporary folder, where changed source is compiled and tested: the
 * repository itself is never touched. Compiled without the optimizer, which does not change what a contract means.
 */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'headrace-mutants-'))
  readonly #clean = () => rmSync(this.folder, { recursive: true, force: true })

  /** @param tests folders below contracts/test that are copied, those that the tests import included */
  constructor(tests: readonly string[]) {
    process.once('exit', this.#clean)
    for (const path of [...COPIED, ...tests.map((folder) => `contracts/test/${folder}`)]) {
      const to = join(this.folder, path)
      mkdirSync(dirname(to), { recursive: true })
      cpSync(join(ROOT, path), to, { recursive: true })
    }
    for (const path of LINKED) symlinkSync(join(ROOT, path), join(this.folder, path))
    for (const path of ['deployments', 'docs']) mkdirSync(join(this.folder, path))
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8')
  }

  write(file: string, content: string) {
    writeFileSync(join(this.folder, file), content)
  }

  /**
   * Runs `run` while `file` says something else.
   * @throws NoReport when the changed code does not compile
   */
  async changed<T>(file: string, content: string, run: () => Promise<T>): Promise<T> {
    const original = this.read(file)
    this.write(file, content)
    try {
      return await run()
    } finally {
      this.write(file, original)
    }
  }

  /** The file with the edit made. @throws unless the text is there exactly once */
  edited({ file, find, replace }: Edit): string {
    const parts = this.read(file).split(find)
    const [before, after] = parts
    if (parts.length !== 2 || before === undefined || after === undefined)
      throw new Error(`${file}: found ${parts.length - 1} times instead of once:\n${find}`)
    return before + replace + after
  }

  /**
   * Runs tests until one fails, the groups in their order.
   * @param groups globs of test files
   * @param env forge's settings besides those of foundry.toml
   * @throws NoReport
   */
  async test(groups: readonly string[], seed: string, env: Record<string, string> = {}): Promise<Outcome> {
    let seconds = 0
    for (const group of groups) {
      const args = ['--match-path', group, '--fail-fast', '--fuzz-seed', seed]
      const run = await forgeTest(args, this.folder, { ...UNOPTIMIZED, ...env })
      seconds += run.seconds
      const failed = firstFailure(run)
      if (failed !== undefined)
        return {
          caughtBy: `${failed.suite.replace(/^.*:/, '')} ${failed.name}`,
          verdict: failed.verdict,
          seconds,
        }
    }
    return { caughtBy: undefined, verdict: '', seconds }
  }

  /**
   * solc's syntax trees, by file.
   * @param folder of sources
   * @throws NoReport when they do not compile
   */
  syntaxTrees(folder: string): Map<string, unknown> {
    const trees = new Map<string, unknown>()
    this.compile(folder)
    for (const path of readdirSync(join(this.folder, 'trees'), { recursive: true, encoding: 'utf8' })) {
      if (!/\.sol\/[^/]+\.json$/.test(path)) continue
      const { ast } = JSON.parse(this.read(join('trees', path)))
      trees.set(ast.absolutePath, ast)
    }
    rmSync(join(this.folder, 'trees'), { recursive: true })
    return trees
  }

  /**
   * Compiles sources by themselves, into `trees`.
   * @throws NoReport
   */
  compile(folder: string) {
    this.#forge('build', folder, '--ast', '--out', 'trees', '--cache-path', 'trees/cache')
  }

  /**
   * Compiles everything. Of what is not compiled forge asks the compiler anew at each run of a test.
   * @throws NoReport
   */
  build() {
    this.#forge('build')
  }

  #forge(...args: string[]) {
    const { status, stdout, stderr } = spawnSync(foundryBinary('forge'), args, {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...process.env, ...UNOPTIMIZED },
    })
    if (status !== 0) throw new NoReport(stdout + stderr)
  }

  remove() {
    this.#clean()
    process.off('exit', this.#clean)
  }
}

function firstFailure({ tests, code, stderr }: ForgeRun) {
  const failed = tests?.find(({ passed }) => !passed)
  if (failed !== undefined) return failed
  if (tests === undefined || tests.length === 0 || code !== 0) throw new NoReport(stderr.trim())
  return undefined
}
