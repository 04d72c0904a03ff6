import type { Logger } from '@headrace/service'
import type { TxManager } from '@headrace/txmgr'
import type { Address, Hex } from 'viem'

/** One transaction the oracle wants. */
export interface Wanted {
  /** Names the effect, made of chain state: it is carried out once, over restarts. */
  key: string
  label: string
  to: Address
  data: Hex
  /** Custom errors that mean that somebody else did it. */
  benign: readonly string[]
  maxGas: bigint
}

/** Hands transactions over; they are carried out meanwhile. */
export type Send = (wanted: Wanted) => Promise<void>

/** Through the transaction manager. */
export function liveSender(tx: TxManager): Send {
  return async ({ key, ...request }) => {
    await tx.submit({ dedupeKey: key, ...request })
  }
}

/** Shows what would be sent, each once. */
export function drySender(log: Logger): Send {
  const shown = new Set<string>()
  return async ({ key, label, to }) => {
    if (shown.has(key)) return
    shown.add(key)
    log.info({ key, label, to }, 'would send')
  }
}
