import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Abi, type Hex, isHex } from 'viem'
import { COMPILED, COMPILER, OPTIMIZER_RUNS, type Patch, PREBUILT } from './manifest.ts'

export interface Artifact {
  readonly abi: Abi
  readonly bytecode: Hex
}

const require = createRequire(import.meta.url)

/** The folder of an installed package, hoisted or not. */
export function packageRoot(name: string): string {
  for (const modules of require.resolve.paths(name) ?? []) {
    const root = join(modules, name)
    if (existsSync(join(root, 'package.json'))) return root
  }
  throw new Error(`package ${name} is not installed; run "npm ci" in the repository root`)
}

/** Name and version, for the build stamp. */
export function packageId(name: string): string {
  const { version } = readJson(join(packageRoot(name), 'package.json')) as { version: string }
  return `${name}@${version}`
}

function readText(file: string): string {
  if (!existsSync(file))
    throw new Error(`${file} is missing; the package holds another version than expected, run "npm ci"`)
  return readFileSync(file, 'utf8')
}

const readJson = (file: string): unknown => JSON.parse(readText(file))

function toArtifact(name: string, abi: unknown, code: unknown): Artifact {
  const bytecode = typeof code === 'string' && !code.startsWith('0x') ? `0x${code}` : code
  // Placeholders of unlinked libraries are no hex digits, so they fail here too.
  if (!Array.isArray(abi) || !isHex(bytecode) || bytecode.length <= 2)
    throw new Error(`${name}: no ABI or no linked bytecode`)
  return { abi: abi as Abi, bytecode }
}

function applyPatch(name: string, bytecode: Hex, { from, to, count }: Patch): Hex {
  const parts = bytecode.split(from)
  if (from.length !== to.length) throw new Error(`${name}: a patch must keep the length`)
  if (parts.length - 1 !== count)
    throw new Error(`${name}: expected ${count} occurrences of ${from}, found ${parts.length - 1}`)
  return parts.join(to) as Hex
}

export function readPrebuilt(): Map<string, Artifact> {
  const artifacts = new Map<string, Artifact>()
  for (const { name, package: pkg, file, patch } of PREBUILT) {
    const json = readJson(join(packageRoot(pkg), file)) as { abi?: unknown; bytecode?: unknown }
    const artifact = toArtifact(name, json.abi, json.bytecode)
    artifacts.set(
      name,
      patch ? { ...artifact, bytecode: applyPatch(name, artifact.bytecode, patch) } : artifact,
    )
  }
  return artifacts
}

interface SolcOutput {
  errors?: { severity: string; formattedMessage: string }[]
  contracts?: Record<string, Record<string, { abi: unknown; evm: { bytecode: { object: string } } }>>
}

interface Solc {
  compile(
    input: string,
    callbacks: { import(path: string): { contents: string } | { error: string } },
  ): string
}

export function compileSources(): Map<string, Artifact> {
  packageRoot(COMPILER)
  // solc-js adds a process-wide handler that turns any later rejection into its own crash; the build keeps its own.
  const handlers = process.listeners('unhandledRejection')
  const solc = require(COMPILER) as Solc
  process.removeAllListeners('unhandledRejection')
  for (const handler of handlers) process.on('unhandledRejection', handler)

  const source = (path: string): string => {
    const pkg = path.split('/').slice(0, 2).join('/')
    return readText(join(packageRoot(pkg), path.slice(pkg.length + 1)))
  }
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(
      COMPILED.map((c) => [`${c.package}/${c.file}`, { content: source(`${c.package}/${c.file}`) }]),
    ),
    settings: {
      optimizer: { enabled: true, runs: OPTIMIZER_RUNS },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  }
  const output = JSON.parse(
    solc.compile(JSON.stringify(input), {
      import: (path) => {
        try {
          return { contents: source(path) }
        } catch (error) {
          return { error: error instanceof Error ? error.message : String(error) }
        }
      },
    }),
  ) as SolcOutput
  const failure = output.errors?.find((e) => e.severity === 'error')
  if (failure) throw new Error(`${COMPILER}: ${failure.formattedMessage.trim()}`)

  return new Map(
    COMPILED.map(({ name, package: pkg, file }) => {
      const contract = output.contracts?.[`${pkg}/${file}`]?.[name]
      return [name, toArtifact(name, contract?.abi, contract?.evm.bytecode.object)]
    }),
  )
}
