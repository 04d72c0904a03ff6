/**
 * StableSwap maths of the market actor, bigint in base units of 18 decimals. `ann` = A * n in the venues' own convention
 * (Curve v1 and Balancer alike): Ann * S + D = Ann * D + D^(n+1) / (n^n * prod x).
 */

const WAD = 10n ** 18n

export function invariant(balances: readonly bigint[], ann: bigint): bigint {
  const n = BigInt(balances.length)
  const sum = balances.reduce((a, b) => a + b, 0n)
  let d = sum
  for (let i = 0; i < 255; i++) {
    let p = d
    for (const x of balances) p = (p * d) / (x * n)
    const next = ((ann * sum + p * n) * d) / ((ann - 1n) * d + (n + 1n) * p)
    if (abs(next - d) <= 1n) return next
    d = next
  }
  throw new Error('invariant does not converge')
}

/** Balance of coin `j` on the curve of `d` when the others hold `balances`. */
export function balanceOf(balances: readonly bigint[], j: number, d: bigint, ann: bigint): bigint {
  const n = BigInt(balances.length)
  let c = d
  let sum = 0n
  balances.forEach((x, i) => {
    if (i === j) return
    sum += x
    c = (c * d) / (x * n)
  })
  c = (c * d) / (ann * n)
  const b = sum + d / ann
  let y = d
  for (let i = 0; i < 255; i++) {
    const next = (y * y + c) / (2n * y + b - d)
    if (abs(next - y) <= 1n) return next
    y = next
  }
  throw new Error('balance does not converge')
}

/** Marginal price of coin `j` in coin 0, WAD. */
export function price(balances: readonly bigint[], j: number, d: bigint, ann: bigint): bigint {
  const n = BigInt(balances.length)
  let p = d
  for (const x of balances) p = (p * d) / (x * n)
  const slope = (i: number) => ann * WAD + (p * WAD) / item(balances, i)
  return (slope(j) * WAD) / slope(0)
}

export interface Trade {
  /** Coin sold to the pool; the other one of 0 and j is bought. */
  sell: number
  buy: number
  amount: bigint
}

/** The trade between coin 0 and coin `j` that brings the price of `j` to `target`; none within `band` (WAD). */
export function tradeToPrice(
  balances: readonly bigint[],
  j: number,
  ann: bigint,
  target: bigint,
  band: bigint,
): Trade | undefined {
  const d = invariant(balances, ann)
  const spot = price(balances, j, d, ann)
  if ((abs(spot - target) * WAD) / target <= band) return undefined
  const sell = spot < target ? 0 : j
  const buy = sell === 0 ? j : 0
  let low = 0n
  let high = item(balances, sell)
  for (let i = 0; i < 60 && high - low > 10n ** 12n; i++) {
    const middle = (low + high) / 2n
    const after = balances.with(sell, item(balances, sell) + middle)
    const traded = after.with(buy, balanceOf(after, buy, d, ann))
    const reached = price(traded, j, d, ann)
    if (sell === 0 ? reached < target : reached > target) low = middle
    else high = middle
  }
  return low === 0n ? undefined : { sell, buy, amount: low }
}

function item(list: readonly bigint[], index: number): bigint {
  const value = list[index]
  if (value === undefined) throw new Error(`no coin ${index}`)
  return value
}

const abs = (x: bigint) => (x < 0n ? -x : x)
