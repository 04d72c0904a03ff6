import { type Artifact, protocolArtifacts } from '../packages/abi/scripts/artifacts.ts'

export interface SizeLimit {
  build: string
  /** Forge's output folder, relative to the repository's root. */
  folder: string
  /** Bytes of runtime code a contract of ours may have. */
  limit: number
}

/** What is deployed stays well below EIP-170's 24,576, so there is room to mend; what tests deploy has to fit it. */
export const SIZE_LIMITS: readonly [SizeLimit, SizeLimit] = [
  { build: 'deploy', folder: '.reports/deploy/out', limit: 18_000 },
  { build: 'default', folder: 'contracts/out', limit: 24_576 },
]

export interface Sizes {
  /** How many of contracts/src can be deployed. */
  contracts: number
  largest: Artifact | undefined
  tooBig: Artifact[]
  /** Those that need the address of a library in their code. */
  linked: Artifact[]
}

/** Deployable contracts of contracts/src in a build. */
export function measure({ folder, limit }: SizeLimit): Sizes {
  const deployable = protocolArtifacts(folder)
    .filter(({ runtimeSize }) => runtimeSize > 0)
    .sort((a, b) => b.runtimeSize - a.runtimeSize)
  return {
    contracts: deployable.length,
    largest: deployable[0],
    tooBig: deployable.filter(({ runtimeSize }) => runtimeSize > limit),
    linked: deployable.filter(({ libraries }) => libraries.length > 0),
  }
}
