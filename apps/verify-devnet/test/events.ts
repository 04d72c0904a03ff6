import type { Address, Hash } from 'viem'
import type { Place } from '../src/chain.ts'
import type { CycleEvent } from '../src/replay/cycles.ts'
import type { VaultEvent } from '../src/replay/vault.ts'

export const address = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`
export const hash = (n: number): Hash => `0x${n.toString(16).padStart(64, '0')}`

const place = (block: number): Place => ({ address: address(1), block: BigInt(block), tx: hash(block) })

type Bare<T> = T extends Place ? Omit<T, keyof Place> : never

/** Hand-made logs, one block each. */
export const cycleLogs = (...events: Bare<CycleEvent>[]): CycleEvent[] =>
  events.map((event, i) => ({ ...event, ...place(i) }))

export const vaultLogs = (...events: Bare<VaultEvent>[]): VaultEvent[] =>
  events.map((event, i) => ({ ...event, ...place(i) }))
