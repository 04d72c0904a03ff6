import { destinationAbi } from '@headrace/abi'
import { type Address, encodeFunctionData, zeroAddress } from 'viem'
import type { Call, Proposal } from './calls.ts'
import { measure, type Setting } from './simulation.ts'
import type { Venue } from './venue.ts'

/** Where assets of the vault come from: idle, or a venue. These never go to idle, which earns nothing (see leave.ts). */
export type Origin = { kind: 'idle'; asset: Address } | { kind: 'venue'; venue: Venue }

/**
 * Part of every simulated amount that is not relied on, in millionths: the pools may move by a hair until inclusion.
 * The rest goes to the executor's owner, and the gate counts it as cost.
 */
const SLACK_PPM = 5n
const MILLION = 1_000_000n
/** How close to all LP tokens a tuned exit comes, in millionths, and how often it may try. */
const TUNED_PPM = 2n
const TUNING_ROUNDS = 6

/**
 * The proposal that moves `size` (assets when idle, units otherwise) into a venue, with amounts measured in simulation.
 * Undefined when there is no such route or it fails.
 */
export async function buildRoute(
  setting: Setting,
  from: Origin,
  to: Venue,
  size: bigint,
): Promise<Proposal | undefined> {
  const out = { token: from.kind === 'idle' ? from.asset : from.venue.destination, amount: size }
  const left = await leave(setting, from, to, out)
  if (left === undefined) return undefined
  const entered = await arrive(setting, to, out, left)
  if (entered === undefined) return undefined
  return {
    outs: [{ destination: from.kind === 'idle' ? zeroAddress : out.token, units: size }],
    ins: [{ destination: to.destination, units: entered.units }],
    calls: [...left.calls, ...entered.calls],
    sweep: [...new Set([...(from.kind === 'venue' ? tokensOf(from.venue) : []), ...tokensOf(to)])],
  }
}

interface Left {
  calls: Call[]
  /** What can be relied on. */
  amounts: Map<Address, bigint>
}

async function leave(
  setting: Setting,
  from: Origin,
  to: Venue,
  out: { token: Address; amount: bigint },
): Promise<Left | undefined> {
  if (from.kind === 'idle') return { calls: [], amounts: new Map([[from.asset, out.amount]]) }
  const { venue } = from
  const unwrap = {
    target: venue.destination,
    approvals: [],
    data: encodeFunctionData({
      abi: destinationAbi,
      functionName: 'unwrap',
      args: [out.amount, setting.executor],
    }),
  }
  const weights = commonTokens(venue, to)
  const exit = weights.size === 0 ? undefined : venue.exit(setting.executor, out.amount, weights)
  if (exit === undefined) return undefined
  const tokens = [...weights.keys()]
  const found =
    exit.kind === 'all'
      ? await measured(setting, out, [unwrap, ...exit.calls], tokens)
      : await tune(setting, out, venue, (scale) => [unwrap, ...exit.calls(scale)], exit.start, tokens)
  if (found === undefined) return undefined
  return {
    calls: found.calls,
    amounts: new Map(tokens.map((token, i) => [token, withSlack(found.amounts[i] ?? 0n)])),
  }
}

async function measured(
  setting: Setting,
  out: { token: Address; amount: bigint },
  calls: Call[],
  tokens: Address[],
) {
  const amounts = await measure(setting, out, calls, tokens)
  return amounts === undefined ? undefined : { calls, amounts }
}

/** Finds the largest exit that burns no more than the LP tokens at hand. What is burned is nearly linear in the scale. */
async function tune(
  setting: Setting,
  out: { token: Address; amount: bigint },
  venue: Venue,
  callsAt: (scale: bigint) => Call[],
  start: bigint,
  tokens: Address[],
) {
  let scale = start
  let best: { calls: Call[]; amounts: bigint[] } | undefined
  for (let round = 0; round < TUNING_ROUNDS; round += 1) {
    const calls = callsAt(scale)
    const found = await measure(setting, out, calls, [venue.lpToken, ...tokens])
    if (found === undefined) {
      // Too much by the curvature: a little less than the step that overshot.
      scale = (scale * (MILLION - TUNED_PPM)) / MILLION
      continue
    }
    const [unburned = 0n, ...amounts] = found
    best = { calls, amounts }
    if (unburned * MILLION <= out.amount * TUNED_PPM) return best
    const burned = out.amount - unburned
    scale = (scale * out.amount * (2n * MILLION - TUNED_PPM)) / (burned * 2n * MILLION)
  }
  return best
}

/** Tokens both pools hold, weighted by what the pool of arrival holds of each. */
function commonTokens(from: Venue, to: Venue): Map<Address, bigint> {
  return new Map([...to.reserves].filter(([token]) => from.reserves.has(token)))
}

async function arrive(
  setting: Setting,
  venue: Venue,
  out: { token: Address; amount: bigint },
  { calls, amounts }: Left,
): Promise<{ calls: Call[]; units: bigint } | undefined> {
  if (![...amounts].every(([token, amount]) => amount > 0n && venue.reserves.has(token))) return undefined
  const enter = venue.enter(setting.executor, amounts)
  const [lp] = (await measure(setting, out, [...calls, ...enter], [venue.lpToken])) ?? []
  const units = withSlack(lp ?? 0n)
  if (units === 0n) return undefined
  const wrap = {
    target: venue.destination,
    approvals: [{ token: venue.lpToken, amount: units }],
    data: encodeFunctionData({ abi: destinationAbi, functionName: 'wrap', args: [units, setting.executor] }),
  }
  return { calls: [...enter, wrap], units }
}

function tokensOf(venue: Venue): Address[] {
  return [...venue.reserves.keys(), venue.lpToken]
}

export function withSlack(amount: bigint): bigint {
  return (amount * (MILLION - SLACK_PPM)) / MILLION
}
