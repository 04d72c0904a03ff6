import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type Abi, type Hex, isHex } from 'viem'
import { COMPILED, COMPILERS, type CompilerPackage, type Patch, PREBUILT } from './manifest.ts'

export interface Artifact {
  readonly abi: Abi
  readonly bytecode: Hex
  /** Byte offsets at which the address of a library goes into `bytecode`, by the library's name; zeros stand there. */
  readonly links?: Readonly<Record<string, readonly number[]>>
}

/** Offsets as a compiler reports them: by source file, then by library. */
type LinkReferences = Record<string, Record<string, { start: number; length: number }[]>>

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
  contracts?: Record<
    string,
    Record<string, { abi: unknown; evm: { bytecode: { object: string; linkReferences: LinkReferences } } }>
  >
}

interface Solc {
  compile(
    input: string,
    callbacks: { import(path: string): { contents: string } | { error: string } },
  ): string
}

function load(compiler: CompilerPackage): Solc {
  packageRoot(compiler)
  // solc-js adds process-wide handlers that turn any later failure into its own crash; the build keeps its own.
  const rejections = process.listeners('unhandledRejection')
  const exceptions = process.listeners('uncaughtException')
  const solc = require(compiler) as Solc
  process.removeAllListeners('unhandledRejection').removeAllListeners('uncaughtException')
  for (const listener of rejections) process.on('unhandledRejection', listener)
  for (const listener of exceptions) process.on('uncaughtException', listener)
  return solc
}

/** Reads `<package>/<path>`, scoped or not. */
function source(path: string): string {
  const pkg = path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/')
  return readText(join(packageRoot(pkg), path.slice(pkg.length + 1)))
}

/** Replaces the placeholders of libraries by zeros and says where they were. */
function unlinked(
  name: string,
  object: string,
  references: LinkReferences,
): Pick<Artifact, 'links'> & { code: string } {
  const links: Record<string, number[]> = {}
  let code = object
  for (const [library, places] of Object.values(references).flatMap((file) => Object.entries(file))) {
    if (links[library]) throw new Error(`${name}: two libraries are called ${library}`)
    links[library] = places.map(({ start }) => start)
    for (const { start, length } of places)
      code = code.slice(0, 2 * start) + '00'.repeat(length) + code.slice(2 * (start + length))
  }
  return Object.keys(links).length === 0 ? { code } : { code, links }
}

function compileWith(compiler: CompilerPackage): [string, Artifact][] {
  const entries = COMPILED.filter((c) => c.compiler === compiler)
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(
      entries.map((c) => [`${c.package}/${c.file}`, { content: source(`${c.package}/${c.file}`) }]),
    ),
    settings: {
      ...COMPILERS[compiler],
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.bytecode.linkReferences'] } },
    },
  }
  const output = JSON.parse(
    load(compiler).compile(JSON.stringify(input), {
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
  if (failure) throw new Error(`${compiler}: ${failure.formattedMessage.trim()}`)

  return entries.map(({ name, contract, package: pkg, file }) => {
    const compiled = output.contracts?.[`${pkg}/${file}`]?.[contract ?? name]
    if (!compiled) throw new Error(`${pkg}/${file} has no contract ${contract ?? name}`)
    const { object, linkReferences } = compiled.evm.bytecode
    const { code, ...links } = unlinked(name, object, linkReferences)
    return [name, { ...toArtifact(name, compiled.abi, code), ...links }]
  })
}

export function compileSources(): Map<string, Artifact> {
  return new Map((Object.keys(COMPILERS) as CompilerPackage[]).flatMap(compileWith))
}
