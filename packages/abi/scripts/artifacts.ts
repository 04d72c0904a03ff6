import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const SOURCES = 'contracts/src'
const ARTIFACTS = 'contracts/out'

/** What we read of a forge artifact. */
export interface Artifact {
  /** Contract name, e.g. `LMP`. */
  name: string
  /** Source file relative to the repository's root. */
  source: string
  abi: readonly object[]
  /** Length of the runtime bytecode in bytes; 0 for interfaces and abstract contracts. */
  runtimeSize: number
  /** Libraries whose addresses it needs in its code. */
  libraries: readonly string[]
}

interface ForgeArtifact {
  abi: object[]
  deployedBytecode: { object: string; linkReferences: Record<string, Record<string, unknown>> }
  metadata: { settings: { compilationTarget: Record<string, string> } }
}

/**
 * Every contract, interface and library below contracts/src as forge last built it, sorted by name.
 * @param folder forge's output folder, relative to the repository's root
 * @throws Error when a source file has no artifact (not built), or two of our contracts share a name.
 */
export function protocolArtifacts(folder = ARTIFACTS): Artifact[] {
  const sources = readdirSync(join(ROOT, SOURCES), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.sol'))
    .map((file) => `${SOURCES}/${file}`)
  const artifacts = sources
    .flatMap((source) => artifactsOf(source, folder))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const [i, artifact] of artifacts.entries()) {
    const next = artifacts[i + 1]
    if (next?.name === artifact.name) {
      throw new Error(`${artifact.source} and ${next.source} both define ${artifact.name}: rename one`)
    }
  }
  return artifacts
}

/**
 * Forge files artifacts by the base name of the source, whoever's it is, and keeps those of contracts since deleted:
 * an artifact is ours if it was compiled from `source` and the source still declares it.
 */
function artifactsOf(source: string, folder: string): Artifact[] {
  const text = readFileSync(join(ROOT, source), 'utf8')
  const found = artifactFiles(source, folder).flatMap((file) => {
    const artifact: ForgeArtifact = JSON.parse(readFileSync(file, 'utf8'))
    const name = artifact.metadata.settings.compilationTarget[source]
    if (name === undefined || !new RegExp(`\\b(contract|interface|library)\\s+${name}\\b`).test(text))
      return []
    const runtimeSize = (artifact.deployedBytecode.object.length - '0x'.length) / 2
    const libraries = Object.values(artifact.deployedBytecode.linkReferences).flatMap(Object.keys)
    return [{ name, source, abi: artifact.abi, runtimeSize, libraries }]
  })
  const declaresOne = /^\s*(abstract\s+)?(contract|interface|library)\s/m.test(text)
  if (declaresOne && found.length === 0) {
    throw new Error(`${source} has no artifact in ${folder}: run \`npx forge build\` first`)
  }
  return found
}

function artifactFiles(source: string, output: string): string[] {
  const folder = join(ROOT, output, basename(source))
  try {
    return readdirSync(folder).map((file) => join(folder, file))
  } catch {
    return []
  }
}
