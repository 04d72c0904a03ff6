import type { Address } from 'viem'
import type { Call } from './calls.ts'

/** How to leave a pool. */
export type Exit =
  /** Takes all the LP tokens; what comes out is measured. */
  | { kind: 'all'; calls: Call[] }
  /**
   * Takes amounts out and burns what that needs, so the amounts must be tuned to the LP tokens at hand. `shares` are
   * the amounts at scale 1 (WAD); `start` is a scale at which less than the LP tokens at hand is burned.
   */
  | { kind: 'tuned'; start: bigint; calls: (scale: bigint) => Call[] }

/** One pool behind a destination, as the solver sees it at one block. LP tokens are the destination's units. */
export interface Venue {
  readonly destination: Address
  readonly lpToken: Address
  /** Tokens of the pool, LP token excluded, and what the pool holds of each. */
  readonly reserves: ReadonlyMap<Address, bigint>
  /** Adds tokens of the pool; the executor gets the LP tokens. */
  enter(executor: Address, amounts: ReadonlyMap<Address, bigint>): Call[]
  /**
   * Leaves with `lp` into the wanted tokens of the pool, in the ratio of `weights` where the pool lets one choose.
   * Undefined when it cannot pay in these tokens alone.
   */
  exit(executor: Address, lp: bigint, weights: ReadonlyMap<Address, bigint>): Exit | undefined
}
