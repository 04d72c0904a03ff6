import { lmpAbi, priceRegistryAbi, rebalanceGateAbi, solverExecutorAbi } from '@headrace/abi'
import type { BlockRef } from '@headrace/chain'
import type { Deployment } from '@headrace/service'
import { type Address, erc20Abi, isAddressEqual, type PublicClient, zeroAddress } from 'viem'
import { earliest, type Job, type Step, type Verdict } from '../job.ts'
import { at, listed } from '../reads.ts'
import { readBalancer } from '../solver/balancer.ts'
import { executeData } from '../solver/calls.ts'
import { readCurve } from '../solver/curve.ts'
import { readHeadroom } from '../solver/headroom.ts'
import { leave } from '../solver/leave.ts'
import { type Solution, type Source, solve } from '../solver/solve.ts'
import type { Venue } from '../solver/venue.ts'

const WAD = 10n ** 18n
/** Smallest trade and least improvement as shares of the assets. The turnover bucket refills 2% in 2.4 h: less would churn. */
const LEAST_TRADE = { part: 1n, of: 50n }
const LEAST_NET = { part: 1n, of: 1_000_000n }
/** Left of the turnover bucket: values of units move by a hair until inclusion. */
const BUCKET_PERCENT = 99n
/**
 * How long a proposal is worth sending, block seconds. It is simulated again before it is signed and the gate checks it in any
 * case, so this only ends attempts at what the market has long moved away from.
 */
const VALID_FOR = 6n * 3600n
/** How long to wait after a proposal that was not carried out, block seconds. */
const RETRY_AFTER = 60n

/** A vault as far as the decision to search needs it; values in base units of its asset. */
export interface VaultView {
  now: bigint
  idle: bigint
  /** Value of all destinations at the last report. */
  deployed: bigint
  /** Largest part of the assets that may move at once, WAD, and how much of that is used. */
  turnoverShare: bigint
  turnoverUsed: bigint
  /** Block time before which a search would find what the last one found; absent when positions have changed since. */
  waitUntil?: bigint | undefined
  /** A proposal is on its way. */
  underway: boolean
}

/** How much a search may move, or when one is due. */
export function due(
  { now, idle, deployed, turnoverShare, turnoverUsed, waitUntil, underway }: VaultView,
  interval: bigint,
): { room: bigint; least: bigint } | { nextAt?: bigint } {
  if (underway) return {}
  const assets = idle + deployed
  if (assets === 0n) return {}
  const least = (assets * LEAST_TRADE.part) / LEAST_TRADE.of + 1n
  const bucket = (assets * turnoverShare) / WAD
  const room = (((bucket * (WAD - turnoverUsed)) / WAD) * BUCKET_PERCENT) / 100n
  if (waitUntil !== undefined && now < waitUntil) return { nextAt: waitUntil }
  return room < least ? { nextAt: now + interval } : { room, least }
}

export interface RebalanceOptions {
  client: PublicClient
  deployment: Deployment
  contracts: { executor: Address; weth: Address; prices: Address }
  /** The key's account; absent in a dry run without a key, which then speaks for the executor's owner. */
  owner: Address | undefined
  /** Block seconds between two searches that find nothing. */
  interval: bigint
  isUnderway: (prefix: string) => boolean
}

/** Moves a vault's assets where they earn more, whenever that provably pays. */
export function rebalanceJob(options: RebalanceOptions): Job {
  const searched = new Map<Address, Searched>()
  const tried = new Map<Address, bigint>()
  return {
    name: 'rebalance',
    look: async (block): Promise<Verdict> => {
      const { client, contracts, deployment } = options
      const owner = await client.readContract({
        address: contracts.executor,
        abi: solverExecutorAbi,
        functionName: 'owner',
        blockHash: block.hash,
        requireCanonical: true,
      })
      if (options.owner !== undefined && !isAddressEqual(owner, options.owner)) {
        return { steps: [], note: `off: SolverExecutor ${contracts.executor} belongs to ${owner}` }
      }
      const verdicts = await Promise.all(
        deployment.lmps.map((lmp) => lookAt({ ...options, lmp, owner, block, searched, tried })),
      )
      return {
        steps: verdicts.flatMap(({ steps }) => steps),
        nextAt: earliest(verdicts.map(({ nextAt }) => nextAt)),
      }
    },
  }
}

/** The last search of a vault. */
interface Searched {
  waitUntil: bigint
  /** Units of every destination then: they change when a proposal is carried out. */
  positions: string
}

interface Look extends RebalanceOptions {
  lmp: Deployment['lmps'][number]
  owner: Address
  block: BlockRef
  searched: Map<Address, Searched>
  /** Block time before which leaving a closing destination is not tried again. */
  tried: Map<Address, bigint>
}

async function lookAt(look: Look): Promise<Verdict> {
  const { client, lmp, block, searched, interval, isUnderway } = look
  const state = await readVault(client, lmp, block)
  const positions = state.held.map(({ units }) => units).join()
  const last = searched.get(lmp.address)
  const left = await leaveClosing(look, state)
  if (left !== undefined) return left
  const decision = due(
    {
      ...state,
      now: block.timestamp,
      waitUntil: last?.positions === positions ? last.waitUntil : undefined,
      underway: isUnderway(`rebalance:${lmp.address}:`),
    },
    interval,
  )
  if (!('room' in decision)) return { steps: [], nextAt: decision.nextAt }
  const solution = await search(look, state, decision)
  const waitUntil = block.timestamp + (solution === undefined ? interval : RETRY_AFTER)
  searched.set(lmp.address, { waitUntil, positions })
  return solution === undefined ? { steps: [], nextAt: waitUntil } : { steps: [toStep(look, solution)] }
}

/**
 * What is being closed goes before what pays: nothing else has a time within which to leave. Undefined when nothing can be left now, so
 * that the rest of the vault goes on.
 */
async function leaveClosing(look: Look, { held }: VaultState): Promise<Verdict | undefined> {
  const { client, lmp, contracts, owner, block, tried, isUnderway } = look
  for (const { address, units, closing } of held) {
    if (!closing || units === 0n || block.timestamp < (tried.get(address) ?? 0n)) continue
    if (isUnderway(`rebalance:${lmp.address}:`)) return { steps: [] }
    const setting = {
      client,
      blockNumber: block.number,
      lmp: lmp.address,
      executor: contracts.executor,
      owner,
    }
    const found = await leave(setting, { destination: address, units, asset: lmp.asset })
    if (!('why' in found))
      return { steps: [toStep(look, { proposal: found, from: address, to: zeroAddress })] }
    tried.set(address, block.timestamp + RETRY_AFTER)
  }
  return undefined
}

type VaultState = Awaited<ReturnType<typeof readVault>>

async function readVault(client: PublicClient, vault: Deployment['lmps'][number], block: BlockRef) {
  const { address } = vault
  const lmp = { address, abi: lmpAbi } as const
  const [[book, gate], destinations] = await Promise.all([
    client.multicall({
      ...at(block),
      allowFailure: false,
      contracts: [
        { ...lmp, functionName: 'book' },
        { ...lmp, functionName: 'gate' },
      ],
    }),
    listed(client, vault, block),
  ])
  const rebalanceGate = { address: gate, abi: rebalanceGateAbi } as const
  const [[turnoverShare, turnoverUsed, factor, limits], states] = await Promise.all([
    client.multicall({
      ...at(block),
      allowFailure: false,
      contracts: [
        { ...rebalanceGate, functionName: 'TURNOVER_SHARE' },
        { ...rebalanceGate, functionName: 'turnoverUsed', args: [address] },
        { ...rebalanceGate, functionName: 'costFactor', args: [address] },
        { ...rebalanceGate, functionName: 'limits' },
      ],
    }),
    client.multicall({
      ...at(block),
      allowFailure: false,
      contracts: destinations.map(
        (each) => ({ ...lmp, functionName: 'destinationState', args: [each.address] }) as const,
      ),
    }),
  ])
  const held = destinations.map(({ address, venue }, i) => ({
    address,
    kind: venue,
    units: states[i]?.units ?? 0n,
    safe: states[i]?.safe ?? 0n,
    closing: (states[i]?.closingAt ?? 0n) !== 0n,
  }))
  return { idle: book.idle, deployed: book.sumSafe, turnoverShare, turnoverUsed, factor, limits, held }
}

async function search(
  { client, lmp, contracts, owner, block }: Look,
  { idle, deployed, factor, limits, held }: VaultState,
  { room, least }: { room: bigint; least: bigint },
): Promise<Solution | undefined> {
  const venues = await Promise.all(held.map(({ address, kind }) => readVenue(client, address, kind, block)))
  const known = held.flatMap((each, i) => {
    const venue = venues[i]
    return venue === undefined ? [] : [{ ...each, venue }]
  })
  const open = known.filter(({ closing }) => !closing)
  const sources: Source[] = [
    {
      origin: { kind: 'idle', asset: lmp.asset },
      most: min(idle, room),
      least,
      worth: { units: 1n, safe: 1n },
    },
    ...known
      .filter(({ units, safe }) => units > 0n && safe > 0n)
      .map(({ venue, units, safe }) => ({
        origin: { kind: 'venue', venue } as const,
        most: min(units, (units * room) / safe),
        least: (units * least) / safe,
        worth: { units, safe },
      })),
  ]
  const headroom = await readHeadroom(
    client,
    limits,
    lmp.address,
    {
      from: sources.map(({ origin }) => (origin.kind === 'idle' ? zeroAddress : origin.venue.destination)),
      to: open.map(({ address }) => address),
    },
    block,
  )
  return solve({
    setting: { client, blockNumber: block.number, lmp: lmp.address, executor: contracts.executor, owner },
    sources,
    targets: open.map(({ venue }) => venue),
    headroom,
    factor,
    gasCost: await readGasCost(client, lmp.asset, contracts, block),
    leastNet: ((idle + deployed) * LEAST_NET.part) / LEAST_NET.of,
  })
}

/** Gas is paid in ETH: in another asset it costs what the registry of WETH says; without a price of the asset it counts 0. */
async function readGasCost(
  client: PublicClient,
  asset: Address,
  { weth, prices }: RebalanceOptions['contracts'],
  block: BlockRef,
): Promise<(gas: bigint) => bigint> {
  const gasPrice = await client.getGasPrice()
  if (isAddressEqual(asset, weth)) return (gas) => gas * gasPrice
  const [[price, ok], decimals] = await client.multicall({
    ...at(block),
    allowFailure: false,
    contracts: [
      { address: prices, abi: priceRegistryAbi, functionName: 'tryPrice', args: [asset] },
      { address: asset, abi: erc20Abi, functionName: 'decimals' },
    ],
  })
  if (!ok || price === 0n) return () => 0n
  return (gas) => (gas * gasPrice * 10n ** BigInt(decimals) + price - 1n) / price
}

/** Undefined for a venue this solver does not trade in. */
function readVenue(
  client: PublicClient,
  destination: Address,
  venue: string,
  block: BlockRef,
): Promise<Venue> | undefined {
  switch (venue) {
    case 'balancer-v2-stable':
      return readBalancer(client, destination, block)
    case 'curve-stableswap':
      return readCurve(client, destination, block)
    default:
      return undefined
  }
}

/** The market or another solver was faster: it does not pay, or does not fit, any more. */
const BENIGN = [
  ...[
    'NoImprovement',
    'LossTooLarge',
    'LossExceeded',
    'TurnoverExceeded',
    'DestinationIsClosing',
    'TooLittle',
  ],
  // The pools moved by more than the slack, and the route ends with less than the vault pulls.
  'TransferFromFailed',
  ...['DestinationCapExceeded', 'IssuerCapExceeded', 'PoolShareExceeded', 'IdleBelowFloor'],
]

function toStep(
  { lmp, contracts, owner, block }: Look,
  { proposal, from, to }: Pick<Solution, 'proposal' | 'from' | 'to'>,
): Step {
  return {
    // The block it was found in: what is found later is another proposal.
    key: `rebalance:${lmp.address}:${block.number}`,
    label: `rebalance ${lmp.address} from ${from} to ${to}`,
    to: contracts.executor,
    from: owner,
    data: executeData(lmp.address, proposal),
    benign: BENIGN,
    validUntil: block.timestamp + VALID_FOR,
  }
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
