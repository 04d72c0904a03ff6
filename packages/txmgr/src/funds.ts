import { briefly } from '@headrace/chain'
import { type Address, formatEther, type PublicClient } from 'viem'
import type { TxLog } from './types.ts'

export interface FundsOptions {
  client: Pick<PublicClient, 'getBalance'>
  address: Address
  /** As the log calls the owner of the account, e.g. `keeper`. */
  owner: string
  /** What it holds at the start, wei. */
  balance: bigint
  /** Low is less than this, wei. */
  minimum: bigint
  /** Told at the start and at every look; wei. */
  onBalance: (balance: bigint, low: boolean) => void
  log: TxLog
  everyMs?: number
}

export interface Funds {
  low(): boolean
  stop(): void
}

/** Looks at what the sending account holds until it is stopped, and logs an error at each look that finds it low. */
export function watchFunds(options: FundsOptions): Funds {
  const { client, address, owner, minimum, onBalance, log, everyMs = 30_000 } = options
  let low = false
  const judge = (balance: bigint) => {
    low = balance < minimum
    onBalance(balance, low)
    if (low)
      log.error(
        { alarm: 'balance', balance: formatEther(balance), minimum: formatEther(minimum) },
        `low balance: fund the ${owner}`,
      )
  }
  judge(options.balance)
  const timer = setInterval(() => {
    client
      .getBalance({ address })
      .then(judge, (error: Error) => log.warn({ error: briefly(error) }, 'cannot read the balance'))
  }, everyMs)
  return { low: () => low, stop: () => clearInterval(timer) }
}
