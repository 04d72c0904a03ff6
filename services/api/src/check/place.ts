import type { Chain } from './chain.ts'
import type { Sheet } from './sheet.ts'

export interface Place {
  blockNumber: bigint
  logIndex: number
  transactionHash: `0x${string}`
}

/** Where a row's event stands on the chain. */
export async function comparePlace(
  chain: Chain,
  sheet: Sheet,
  base: readonly (string | number)[],
  { blockNumber, logIndex, transactionHash }: Place,
): Promise<void> {
  sheet.number([...base, 'block'], blockNumber)
  sheet.number([...base, 'logIndex'], logIndex)
  sheet.number([...base, 'timestamp'], await chain.time(blockNumber))
  sheet.value([...base, 'transactionHash'], transactionHash)
}
