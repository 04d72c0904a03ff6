import { type Address, isAddressEqual } from 'viem'
import { depositAbi } from '../abi.ts'
import type { Report } from '../report.ts'
import { type Run, sum } from '../run.ts'

/** Holder of the shares a vault is seeded with; nobody has its key. */
const NOBODY: Address = '0x000000000000000000000000000000000000dEaD'

export async function checkDeposits(run: Run, report: Report): Promise<void> {
  for (const vault of run.vaults) {
    const deposits = vault.events.flatMap((event) =>
      event.eventName === 'Deposit' && !isAddressEqual(event.args.owner, NOBODY) ? [event.args.assets] : [],
    )
    const total = await run.show(vault.asset, sum(deposits))
    report.check(
      `people deposit into the vault ${vault.address}`,
      deposits.length > 0,
      `${deposits.length} deposits beside the seed, together ${total}`,
    )
  }
  for (const [id, { reactor, asset }] of run.cycles.reactors.entries()) {
    const deposits = (await run.chain.events(depositAbi, reactor)).map(({ args }) => args.assets)
    const booked = run.cycleEvents.flatMap((event) =>
      event.eventName === 'Deposited' && event.args.reactorId === BigInt(id) ? [event.args.assets] : [],
    )
    const agree = deposits.length === booked.length && sum(deposits) === sum(booked)
    const total = await run.show(asset, sum(deposits))
    report.check(
      `people deposit into reactor ${id}, and the cycle manager books it`,
      deposits.length > 0 && agree,
      `${deposits.length} deposits, together ${total}; booked ${booked.length}, together ${await run.show(asset, sum(booked))}`,
    )
  }
}
