import { type Artifact, protocolArtifacts } from '../packages/abi/scripts/artifacts.ts'

/** Bytes of runtime code a contract of ours may have: well below EIP-170's 24,576, so there is room to mend. */
export const SIZE_LIMIT = 18_000

/** Deployable contracts of contracts/src, and those above the limit. */
export function oversized(): { checked: number; tooBig: Artifact[] } {
  const deployable = protocolArtifacts().filter(({ runtimeSize }) => runtimeSize > 0)
  return {
    checked: deployable.length,
    tooBig: deployable.filter(({ runtimeSize }) => runtimeSize > SIZE_LIMIT),
  }
}
