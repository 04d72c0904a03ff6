/** EIP-1559 fees, wei per gas. */
export interface Fees {
  maxFeePerGas: bigint
  maxPriorityFeePerGas: bigint
}

/** Nodes want +10% or +12.5% on both fees before a transaction replaces another. */
const BUMP_NUMERATOR = 1125n
const BUMP_DENOMINATOR = 1000n
/** A replacement never offers more than this many times the current suggestion. */
export const FEE_CAP = 5n

/** Room for the base fee to double (six full blocks in a row) before the transaction is priced out. */
export function suggestFees(baseFee: bigint, tip: bigint): Fees {
  return { maxFeePerGas: 2n * baseFee + tip, maxPriorityFeePerGas: tip }
}

/**
 * Fees of a replacement: +12.5% (rounded up) on both, at least the current suggestion.
 * `undefined` when that exceeds the cap.
 */
export function bumpFees(previous: Fees, suggested: Fees): Fees | undefined {
  const maxFeePerGas = max(bump(previous.maxFeePerGas), suggested.maxFeePerGas)
  const maxPriorityFeePerGas = max(bump(previous.maxPriorityFeePerGas), suggested.maxPriorityFeePerGas)
  const capped =
    maxFeePerGas > FEE_CAP * suggested.maxFeePerGas ||
    maxPriorityFeePerGas > FEE_CAP * suggested.maxPriorityFeePerGas
  return capped ? undefined : { maxFeePerGas, maxPriorityFeePerGas }
}

function bump(fee: bigint): bigint {
  return (fee * BUMP_NUMERATOR + BUMP_DENOMINATOR - 1n) / BUMP_DENOMINATOR
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
