export type FoundryTool = 'forge' | 'anvil' | 'cast'

/**
 * Absolute path of a Foundry program: the npm binary of this platform, else the first one on PATH.
 * Spawn this rather than `npx anvil` when the process must be signalled: it is the program itself, not a wrapper.
 * @throws Error with a one-line remedy when there is none.
 */
export function foundryBinary(tool: FoundryTool): string
