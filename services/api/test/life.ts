import { maxUint256, parseEther, zeroAddress } from 'viem'
import { z } from 'zod'
import type { Contract, Protocol, World } from './world.ts'

const HOUR = 3_600
const DAY = 24 * HOUR
const eth = parseEther

const stateShape = z.looseObject({ units: z.bigint(), safe: z.bigint() })

type Routed = Pick<Protocol, 'lmp' | 'router'>

/** More than the flow budget lets through: the router reports first. */
export const enter = (world: World, { lmp, router }: Routed, assets: string) =>
  world.send(router, 'deposit', lmp.address, eth(assets), world.admin, 0n, maxUint256)

/**
 * A vault's life: entries, profit, loss, an unsafe destination, rebalances, exits from idle, through the queue and in
 * kind, a destination that is closed, left and removed, a pause.
 */
export async function liveVault(world: World, protocol: Protocol): Promise<void> {
  const { lmp, configurator, router, signals, destinations, solver, feed, splitters } = protocol
  const { admin } = world
  const [first, second] = destinations
  const leg = (destination: string, units: bigint) => ({ destination, units })
  await enter(world, protocol, '100')
  await world.send(
    solver,
    'run',
    lmp.address,
    [leg(zeroAddress, eth('60'))],
    [leg(first.address, eth('60.3'))],
  )
  await world.send(signals, 'snapshot', first.address)
  await world.pass(5 * HOUR + 7)
  await world.send(first, 'set', eth('1.017'), eth('1.02'), true)
  await world.send(lmp, 'report')
  await world.send(lmp, 'addProfit', 123_456_789_012_345_677n)
  await world.pass(7 * HOUR + 13)
  await world.send(router, 'withdraw', lmp.address, eth('3.3'), admin, maxUint256, maxUint256)
  await world.pass(3 * HOUR)
  await world.send(lmp, 'withdraw', eth('0.3'), admin, admin)
  await world.send(lmp, 'deposit', eth('0.15'), admin)
  await world.send(
    solver,
    'run',
    lmp.address,
    [leg(first.address, eth('20')), leg(zeroAddress, eth('1'))],
    [leg(second.address, eth('21.33'))],
  )
  await world.send(lmp, 'redeemInKind', eth('7.7'), admin)
  await world.pass(9 * HOUR)
  await world.send(signals, 'snapshot', first.address)
  await world.send(second, 'set', eth('0.97'), eth('1'), false)
  await world.send(lmp, 'report')
  await world.send(lmp, 'redeemInKind', eth('1.1'), admin)
  await world.pass(25 * HOUR)
  await world.send(lmp, 'report')
  await world.send(lmp, 'redeemInKind', eth('0.9'), admin)
  await world.send(second, 'set', eth('0.99'), eth('1'), true)
  await world.send(first, 'set', eth('1.03'), eth('1.01'), true)
  await world.send(lmp, 'report')
  await world.send(signals, 'snapshot', first.address)
  await enter(world, protocol, '5.000000000000000123')
  await world.pass(11 * HOUR)
  await world.send(feed, 'push', 51_234n)
  await world.send(configurator, 'lowerCap', lmp.address, eth('9000'))
  await world.send(configurator, 'setFee', lmp.address, 1_500n, splitters[0].address)
  await world.send(router, 'redeem', lmp.address, eth('50'), admin, 0n, maxUint256)

  await world.send(configurator, 'closeDestination', lmp.address, first.address)
  await world.send(lmp, 'report')
  await leave(world, protocol, first)
  await world.send(configurator, 'pause', lmp.address)
  await world.pass(12 * HOUR)
  await world.send(lmp, 'addProfit', 77n)
  await world.send(configurator, 'unpause', lmp.address)
  await world.send(configurator, 'removeDestination', lmp.address, first.address)
  await world.send(configurator, 'addDestination', lmp.address, first.address)
  await world.send(configurator, 'closeDestination', lmp.address, second.address)
  await world.send(configurator, 'reopenDestination', lmp.address, second.address)
}

/** Caps by id that rise and fall, lots with and without an oracle, bought in part and to their end, proceeds. */
export async function liveMarket(world: World, protocol: Protocol): Promise<void> {
  const { lmp, limits, auction, registry, weth, abc, toke, destinations } = protocol
  const [first] = destinations
  const id = await world.read(limits, 'destinationId', first.address)
  const cap = (share: string, amount: string) => ({ share: eth(share), amount: eth(amount) })
  await world.send(limits, 'raiseCap', lmp.address, id, cap('0.5', '80'))
  await world.send(
    limits,
    'raiseCap',
    lmp.address,
    await world.read(limits, 'issuerId', abc.address),
    cap('1', '70'),
  )
  await world.send(limits, 'lowerCap', lmp.address, id, cap('0.25', '80'))
  await world.send(limits, 'raiseCap', lmp.address, `0x${'ab'.repeat(32)}`, cap('1', '1'))
  await world.send(limits, 'raiseMaxPoolShare', lmp.address, eth('0.4'))
  await world.send(limits, 'raiseIdleFloor', lmp.address, eth('0.01'))

  await world.send(auction, 'list', lmp.address, abc.address, registry.address, 0n)
  await world.send(auction, 'list', lmp.address, toke.address, zeroAddress, eth('2'))
  for (const token of [abc, toke, weth])
    await world.send(token, 'approve', auction.address, eth('1000000000'))
  await world.send(auction, 'consign', lmp.address, abc.address, eth('1000'))
  await world.send(auction, 'consign', lmp.address, abc.address, eth('77'))
  await world.send(auction, 'consign', lmp.address, toke.address, eth('3'))
  await world.pass(2 * HOUR)
  const buy = (token: Contract, amount: string) => {
    const deadline = maxUint256
    const args = [lmp.address, token.address, eth(amount), eth('1000'), world.admin, deadline, '0x']
    return world.send(auction, 'buy', ...args)
  }
  await buy(abc, '400')
  await world.send(auction, 'push', lmp.address)
  await buy(abc, '600')
  await buy(toke, '3')
  await world.send(auction, 'delist', lmp.address, toke.address)
}

/** Sells all units of a closing destination for their last good value. */
async function leave(world: World, { lmp, solver }: Protocol, destination: Contract): Promise<void> {
  const { units, safe } = stateShape.parse(await world.read(lmp, 'destinationState', destination.address))
  const leg = (address: string, amount: bigint) => ({ destination: address, units: amount })
  await world.send(solver, 'run', lmp.address, [leg(destination.address, units)], [leg(zeroAddress, safe)])
}

/** Cycles with deposits, redemptions, contributions and a price that moves; `stopIn` leaves the last one half-done. */
export async function liveCycles(world: World, protocol: Protocol): Promise<void> {
  const { admin } = world
  const { tokenReactor, pairReactor, reserve, manager, feed } = protocol
  await world.send(feed, 'push', 50_000n)
  await world.send(tokenReactor, 'deposit', eth('100000'), admin)
  await world.send(pairReactor, 'deposit', eth('50'), admin)
  await world.send(reserve, 'contribute', 0, eth('30000'))
  await world.send(reserve, 'contribute', 1, eth('15'))
  await world.send(tokenReactor, 'requestRedeem', eth('1000'), admin, admin)
  await world.pass(7 * DAY)
  await rollover(world, protocol)
  await world.send(tokenReactor, 'redeem', eth('400'), admin, admin)
  await world.send(tokenReactor, 'requestRedeem', eth('2500'), admin, admin)
  await world.send(pairReactor, 'requestRedeem', eth('3'), admin, admin)
  await world.send(pairReactor, 'cancelRedeem', 1, eth('1'), admin, admin)
  await world.send(reserve, 'contribute', 1, 77n)
  await world.pass(7 * DAY)
  await world.send(feed, 'push', 62_000n)
  await rollover(world, protocol, 6 * HOUR + 1)
  await world.send(reserve, 'contribute', 0, eth('5000'))
  await world.send(reserve, 'withdraw', 0, eth('1'), admin)
  await world.pass(7 * DAY)
  await world.send(manager, 'startRollover')
  await world.send(manager, 'mark', 0)
  await world.send(manager, 'balance', 0)
}

/** One rollover; `late` seconds pass before the moves, so that one that cannot be made is passed over. */
async function rollover(world: World, { manager }: Protocol, late = 0): Promise<void> {
  await world.send(manager, 'startRollover')
  await world.send(manager, 'mark', 0)
  for (const step of ['balance', 'plan']) for (const id of [0, 1]) await world.send(manager, step, id)
  if (late > 0) await world.pass(late)
  await world.send(manager, 'move', 0)
  for (const id of [0, 1]) await world.send(manager, 'fill', id)
  await world.send(manager, 'complete')
}
