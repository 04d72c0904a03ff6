import { type Address, type Hex, parseEther, zeroAddress } from 'viem'
import { z } from 'zod'
import { REPORTERS } from './backing-world.ts'
import { enter } from './life.ts'
import type { Protocol, World } from './world.ts'

const HOUR = 3_600
const DAY = 24 * HOUR
const eth = parseEther

const reportShape = z.looseObject({ loss: z.bigint() })
const hex = z.custom<Hex>((value) => typeof value === 'string' && value.startsWith('0x'))

/**
 * Stakes, exits and fees; a loss that freezes, is signed, executed and vests; its recovery; a loss that is rejected; one
 * that stays open. `look` is called where something can be seen that is gone later.
 */
export async function liveBacking(
  world: World,
  protocol: Protocol,
  look: () => Promise<void> = async () => undefined,
): Promise<void> {
  const { admin, staker } = world
  const { lmp, pool, splitters, destinations, recovery, oracle, feed, solver } = protocol
  const [first, second] = destinations
  const worth = async (rate: string) => {
    for (const each of [first, second]) await world.send(each, 'set', eth(rate), eth(rate), true)
  }
  /** The day an exit asked for now leaves. */
  const exitDay = async () => (await world.client.getBlock()).timestamp / BigInt(DAY) + 29n
  const reports = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await world.pass(5 * HOUR)
      await world.send(lmp, 'report')
    }
  }

  await worth('1.02')
  await enter(world, protocol, '50')
  const leg = (destination: Address, units: bigint) => ({ destination, units })
  const outs = [leg(zeroAddress, eth('30'))]
  await world.send(solver, 'run', lmp.address, outs, [leg(first.address, eth('30.5'))])
  await world.send(pool, 'stake', eth('1000'))
  await world.sendAs(staker, pool, 'stake', eth('333.000000000000000007'))
  await reports(1)
  await world.send(splitters[0], 'distribute')
  await world.send(pool, 'requestExit', eth('100'))
  const firstDay = await exitDay()
  await world.sendAs(staker, pool, 'requestExit', eth('33'))
  await world.send(pool, 'cancelExit', firstDay, eth('40.5'))
  await look()
  await world.pass(27 * DAY + 7 * HOUR)
  await world.send(feed, 'push', 50_000n)
  await world.sendAs(staker, pool, 'requestExit', eth('11'))
  await world.send(lmp, 'report')
  await world.send(splitters[1], 'distribute')

  await worth('0.95')
  await reports(7)
  await look()
  await submit(world, protocol)
  await world.pass(47 * HOUR)
  await world.send(lmp, 'report')
  await look()
  await world.pass(1 * HOUR)
  await world.send(oracle, 'execute', lmp.address)
  await look()

  await world.send(pool, 'roll', 8n)
  await world.sendAs(staker, pool, 'withdraw', firstDay, staker)
  await world.send(pool, 'sync', staker, 4n)
  await world.send(pool, 'syncExit', staker, (await exitDay()) - 3n, 4n)
  await world.send(pool, 'syncExit', admin, firstDay, 4n)
  await world.send(pool, 'stake', eth('77'))
  await enter(world, protocol, '3')
  await world.pass(HOUR)
  await look()

  // What the vault gained back is locked for a day and counts after it.
  await worth('1.1')
  await world.send(feed, 'push', 50_000n)
  await world.send(lmp, 'report')
  await world.pass(25 * HOUR)
  await reports(2)
  await world.send(recovery, 'end', 0n)
  await look()
  await world.sendAs(staker, pool, 'claimReturned', 0n, staker)
  await world.send(pool, 'claim', admin)

  await worth('0.99')
  await reports(7)
  await submit(world, protocol)
  await look()
  await worth('1.1')
  await world.send(lmp, 'report')
  await world.pass(48 * HOUR)
  await world.send(oracle, 'execute', lmp.address)
  await look()
  await worth('0.97')
  await reports(7)
  await submit(world, protocol)
}

/** What the reporters would do: sign what the chain says and submit it. */
async function submit(world: World, { oracle, lmp }: Protocol): Promise<void> {
  const report = reportShape.parse(await world.read(oracle, 'currentReport', lmp.address))
  if (report.loss === 0n) throw new Error('there is nothing to report')
  const digest = hex.parse(await world.read(oracle, 'hashReport', report))
  const signers = [...REPORTERS].sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1))
  const signatures = await Promise.all(signers.map((each) => each.sign({ hash: digest })))
  await world.send(oracle, 'submit', report, signatures)
}
