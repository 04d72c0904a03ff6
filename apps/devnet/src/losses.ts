import { backingPoolAbi, lossLedgerAbi, lossOracleAbi, recoveryAbi } from '@headrace/abi'
import { contractAddress } from '@headrace/service'
import { type Address, formatEther, getAbiItem } from 'viem'
import { nameOf, QUORUM, REPORTERS } from './accounts.ts'
import type { World } from './world.ts'

const EVENTS = [
  getAbiItem({ abi: lossLedgerAbi, name: 'CheckpointWritten' }),
  getAbiItem({ abi: lossLedgerAbi, name: 'Frozen' }),
  getAbiItem({ abi: lossLedgerAbi, name: 'Thawed' }),
  getAbiItem({ abi: lossOracleAbi, name: 'CaseOpened' }),
  getAbiItem({ abi: lossOracleAbi, name: 'CaseExecuted' }),
  getAbiItem({ abi: lossOracleAbi, name: 'CaseRejected' }),
  getAbiItem({ abi: recoveryAbi, name: 'RecoveryOpened' }),
] as const

async function readLogs(world: World, fromBlock: bigint, toBlock: bigint) {
  const { deployment, chain } = world
  return chain.client.getLogs({
    address: ['lossLedger', 'lossOracle', 'recovery'].map((name) => contractAddress(deployment, name)),
    events: EVENTS,
    strict: true,
    fromBlock,
    toBlock,
  })
}

type LossLog = Awaited<ReturnType<typeof readLogs>>[number]
type Executed = Extract<LossLog, { eventName: 'CaseExecuted' }>

/** What happens to the backing: a line per event, and a summary at the end. */
export class LossNews {
  readonly #world: World
  /** By case: the node keeps the state of its latest blocks only, so what a slash changed is read while it is news. */
  readonly #slashes = new Map<string, Awaited<ReturnType<typeof backingAround>>>()
  #next: bigint
  #losing = false

  constructor(world: World) {
    this.#world = world
    this.#next = world.deployment.startBlock
  }

  /** Since the last call. */
  async read(): Promise<string[]> {
    const head = await this.#world.chain.client.getBlockNumber()
    if (head < this.#next) return []
    const logs = await readLogs(this.#world, this.#next, head)
    this.#next = head + 1n
    const lines: string[] = []
    for (const log of logs) lines.push(...(await this.#describe(log)))
    return lines
  }

  async #describe(log: LossLog): Promise<string[]> {
    switch (log.eventName) {
      case 'CheckpointWritten': {
        const { id, loss } = log.args
        const began = loss > 0n && !this.#losing
        this.#losing = loss > 0n
        return began ? [`loss counted: ${weth(loss)} below the mark at checkpoint ${id}`] : []
      }
      case 'Frozen':
        return [
          `frozen, at the latest until ${date(log.args.until)}: no bucket leaves, nobody stakes or deposits`,
        ]
      case 'Thawed':
        return ['the freeze is over']
      case 'CaseOpened': {
        const { epoch, loss, signers, executableAt } = log.args
        const names = signers.map(nameOf).join(' and ')
        return [
          `case ${epoch} opened: ${weth(loss)} signed by ${names} (${QUORUM} of ${REPORTERS.length} needed), ` +
            `executable from ${date(executableAt)}`,
        ]
      }
      case 'CaseRejected':
        return [`case ${log.args.epoch} rejected: ${weth(log.args.loss)} is below the threshold`]
      case 'CaseExecuted': {
        const { epoch, loss, coverage, slashed } = log.args
        const { before, after } = await this.#slash(log)
        return [
          `case ${epoch} executed: ${weth(loss)} counted, ${weth(coverage)} to be covered, ${toke(slashed)} slashed`,
          `a million TOKE at risk earns ${million(before.fees)} a year before (${toke(before.toke)} at risk), ` +
            `${million(after.fees)} after (${toke(after.toke)})`,
        ]
      }
      case 'RecoveryOpened': {
        const { id, toke: amount, end } = log.args
        return [`recovery ${id} opened: ${toke(amount)} vest until ${date(end)}`]
      }
    }
  }

  /** The pool around an execution. */
  async #slash({ args: { lmp, epoch }, blockNumber }: Executed) {
    const key = `${lmp}:${epoch}`
    const known = this.#slashes.get(key)
    const found = known ?? (await backingAround(this.#world, poolOf(this.#world, lmp), blockNumber))
    this.#slashes.set(key, found)
    return found
  }

  /** What the chain shows of losses and backing at the end of a run; amounts in base units. */
  async summarize() {
    const world = this.#world
    const { client } = world.chain
    const head = await client.getBlockNumber()
    const logs = await readLogs(world, world.deployment.startBlock, head)
    const of = <N extends LossLog['eventName']>(name: N) =>
      logs.filter((log): log is Extract<LossLog, { eventName: N }> => log.eventName === name)
    return {
      checkpoints: of('CheckpointWritten').length,
      checkpointsWithLoss: of('CheckpointWritten').filter(({ args }) => args.loss > 0n).length,
      freezes: of('Frozen').length,
      reports: of('CaseOpened').map(({ args }) => ({
        lmp: args.lmp,
        epoch: text(args.epoch),
        loss: text(args.loss),
        signers: args.signers,
      })),
      rejected: of('CaseRejected').length,
      slashes: await Promise.all(
        of('CaseExecuted').map(async (log) => {
          const { args } = log
          const { before, after } = await this.#slash(log)
          return {
            lmp: args.lmp,
            epoch: text(args.epoch),
            loss: text(args.loss),
            coverage: text(args.coverage),
            slashed: text(args.slashed),
            before: { toke: text(before.toke), yearlyFeesPerToke: text(before.fees) },
            after: { toke: text(after.toke), yearlyFeesPerToke: text(after.fees) },
          }
        }),
      ),
      vesting: await Promise.all(
        of('RecoveryOpened').map(async ({ args }) => {
          const vested = await client.readContract({
            address: contractAddress(world.deployment, 'recovery'),
            abi: recoveryAbi,
            functionName: 'vested',
            args: [args.id],
          })
          return {
            id: text(args.id),
            toke: text(args.toke),
            vested: text(vested),
            start: text(args.start),
            end: text(args.end),
          }
        }),
      ),
      pools: await Promise.all(
        world.deployment.lmps.flatMap(({ backing }) =>
          backing === undefined ? [] : [describePool(world, backing.pool)],
        ),
      ),
    }
  }
}

async function describePool(world: World, pool: Address) {
  const totals = await world.chain.client.readContract({
    address: pool,
    abi: backingPoolAbi,
    functionName: 'totals',
  })
  return { pool, toke: text(totals.toke), shares: text(totals.shares), cases: text(totals.cases) }
}

function poolOf(world: World, lmp: Address): Address {
  const pool = world.deployment.lmps.find(({ address }) => address === lmp)?.backing?.pool
  if (pool === undefined) throw new Error(`nobody backs ${lmp}`)
  return pool
}

/** TOKE at risk and what a whole one earns a year, in the block before an execution and in its own. */
async function backingAround(world: World, address: Address, block: bigint) {
  const at = async (blockNumber: bigint) => {
    const call = { address, abi: backingPoolAbi, blockNumber } as const
    const [totals, fees] = await Promise.all([
      world.chain.client.readContract({ ...call, functionName: 'totals' }),
      world.chain.client.readContract({ ...call, functionName: 'yearlyFeesPerToke' }),
    ])
    return { toke: totals.toke, fees }
  }
  const [before, after] = await Promise.all([at(block - 1n), at(block)])
  return { before, after }
}

const text = (value: bigint) => value.toString()
const rounded = (wei: bigint) =>
  Number(formatEther(wei)).toLocaleString('en-US', { maximumFractionDigits: 3 })
const weth = (wei: bigint) => `${rounded(wei)} WETH`
const toke = (wei: bigint) => `${rounded(wei)} TOKE`
const million = (feesPerToke: bigint) => weth(feesPerToke * 1_000_000n)
const date = (seconds: bigint) => `${new Date(Number(seconds) * 1000).toISOString().slice(0, 16)}Z`
