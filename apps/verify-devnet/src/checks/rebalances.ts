import { type Address, isAddressEqual, zeroAddress } from 'viem'
import { gateAbi, tokenAbi } from '../abi.ts'
import type { Entry } from '../chain.ts'
import { type Rebalanced, replayVault } from '../replay/vault.ts'
import type { Report } from '../report.ts'
import type { Run, Vault } from '../run.ts'

const WAD = 10n ** 18n
/** Percent of the units out that must be burned: what an uneven exit does not need of them is the solver's. */
const BURNED = 99n

export type Checked = Entry<typeof gateAbi>

/** @param least moves between two real venues that each vault must have made */
export async function checkRebalances(run: Run, report: Report, least: number): Promise<void> {
  for (const vault of run.vaults) {
    const gates = vault.events.flatMap((event) => (event.eventName === 'PolicySet' ? [event.args.gate] : []))
    const checked = await run.chain.events(gateAbi, gates)
    const moves = vault.events.filter((event) => event.eventName === 'Rebalanced')
    const { gated } = replayVault(vault.events)
    const closing = moves.length - gated.length
    report.none(
      'every rebalance passed the gate with income before < after and cost < factor x gain',
      gateFaults(vault.address, gated, checked),
      gated.length,
      `${gated.length} rebalances, ${checked.length} checks${incomes(checked)}` +
        (closing === 0 ? '' : `; ${closing} more left a closing destination`),
    )
    await checkVenues(run, report, vault, moves, least)
  }
}

/** Each of the rebalances has one check of this vault in its transaction, and each check shows an improvement. */
export function gateFaults(
  vault: Address,
  moves: readonly Rebalanced[],
  checked: readonly Checked[],
): string[] {
  const faults: string[] = []
  for (const { tx } of moves) {
    const own = checked.filter((check) => check.tx === tx && isAddressEqual(check.args.lmp, vault))
    const rebalances = moves.filter((move) => move.tx === tx).length
    if (own.length !== rebalances) faults.push(`${tx}: ${rebalances} rebalances, ${own.length} checks`)
  }
  for (const { tx, args } of checked) {
    const { cost, gain, incomeBefore, incomeAfter, factor } = args
    if (incomeBefore >= incomeAfter) faults.push(`${tx}: income ${incomeBefore} before, ${incomeAfter} after`)
    if (cost * WAD >= gain * factor) faults.push(`${tx}: cost ${cost}, gain ${gain}, factor ${factor}`)
  }
  return faults
}

/** From one pool into another, both real: the LP tokens of the one are burned, those of the other minted. */
async function checkVenues(
  run: Run,
  report: Report,
  vault: Vault,
  moves: readonly Rebalanced[],
  least: number,
): Promise<void> {
  const between = moves.filter((move) => venuePair(run, move) !== undefined)
  const faults: string[] = []
  const shown: string[] = []
  for (const move of between) {
    const pools = venuePair(run, move)
    if (pools === undefined) continue
    for (const pool of pools) {
      if (!(await run.chain.hasCode(pool))) faults.push(`${move.tx}: no code at pool ${pool}`)
    }
    const transfers = await run.chain.eventsIn(tokenAbi, move.tx)
    for (const leg of realLegs(move.args.outs)) {
      const burned = moved(run, transfers, leg.destination, { to: zeroAddress })
      if (burned * 100n < leg.units * BURNED)
        faults.push(`${move.tx}: ${burned} LP tokens burned for ${leg.units} units out`)
    }
    for (const leg of realLegs(move.args.ins)) {
      const minted = moved(run, transfers, leg.destination, { from: zeroAddress })
      if (minted < leg.units) faults.push(`${move.tx}: ${minted} LP tokens minted for ${leg.units} units in`)
    }
    shown.push(`${pools[0]} -> ${pools[1]}`)
  }
  if (between.length < least)
    faults.push(`${between.length} moves between two real venues, ${least} must have happened`)
  if (between.length === 0 && least === 0) return
  report.none(
    `the vault ${vault.address} moves assets between two real venues`,
    faults,
    between.length,
    `${between.length} of ${moves.length} rebalances: ${[...new Set(shown)].join(', ') || 'none'}`,
  )
}

const realLegs = (legs: Rebalanced['args']['outs']) => legs.filter((leg) => leg.destination !== zeroAddress)

/** The first pool that is left and the first other one that is entered. */
function venuePair(run: Run, { args }: Rebalanced): readonly [Address, Address] | undefined {
  const [left, entered] = [args.outs, args.ins].map((legs) =>
    realLegs(legs).flatMap(({ destination }) => run.destinations.get(destination)?.pool ?? []),
  )
  const from = left?.[0]
  const to = entered?.find((pool) => pool !== from)
  return from === undefined || to === undefined ? undefined : [from, to]
}

function moved(
  run: Run,
  transfers: readonly Entry<typeof tokenAbi>[],
  destination: Address,
  side: { from: Address } | { to: Address },
): bigint {
  const lpToken = run.destinations.get(destination)?.lpToken
  return transfers
    .filter(({ address }) => address === lpToken)
    .filter(({ args }) => ('from' in side ? args.from === side.from : args.to === side.to))
    .reduce((total, { args }) => total + args.value, 0n)
}

function incomes(checked: readonly Checked[]): string {
  const last = checked.at(-1)
  return last === undefined
    ? ''
    : `; last: income ${last.args.incomeBefore} -> ${last.args.incomeAfter} a year, cost ${last.args.cost}, gain ${last.args.gain}`
}
