import { lmpAbi, rebalanceGateAbi } from '@headrace/abi'
import { contractAddress } from '@headrace/service'
import { erc20Abi, getAbiItem, zeroAddress } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keeper } from './support/cli.ts'
import { actors, type Stack, startStack } from './support/stack.ts'

const WAD = 10n ** 18n
const DAY = 86_400n

/** The solver against the real venues, gauge and gate; each move is the keeper's own. */
describe('rebalance', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ cycleLength: 365 * 86_400 })
  }, 180_000)
  afterAll(() => stack?.stop())

  const runOnce = async () => {
    await stack.rpc('evm_mine')
    const from = await stack.client.getBlockNumber()
    const { code, stderr } = await keeper(['run', '--once'], stack.env())
    expect(stderr).toBe('')
    expect(code).toBe(0)
    return movesSince(from)
  }

  const movesSince = async (fromBlock: bigint) => {
    const gate = contractAddress(stack.deployment, 'rebalanceGate')
    const [moves, checks] = await Promise.all([
      stack.client.getLogs({
        address: stack.lmp.address,
        event: getAbiItem({ abi: lmpAbi, name: 'Rebalanced' }),
        strict: true,
        fromBlock,
      }),
      stack.client.getLogs({
        address: gate,
        event: getAbiItem({ abi: rebalanceGateAbi, name: 'RebalanceChecked' }),
        strict: true,
        fromBlock,
      }),
    ])
    // Who leaves a closing destination for idle asks no gate.
    const toIdle = moves.filter(({ args }) => args.ins[0]?.destination === zeroAddress)
    expect(checks).toHaveLength(moves.length - toIdle.length)
    return moves.map(({ args }, i) => ({
      from: nameOf(args.outs[0]?.destination),
      to: nameOf(args.ins[0]?.destination),
      ...checks[i]?.args,
    }))
  }

  const nameOf = (address?: string) =>
    stack.lmp.destinations.find((each) => each.address === address)?.name ?? 'idle'

  const worthOf = async (destination: `0x${string}`) => {
    const { safe } = await stack.client.readContract({
      address: stack.lmp.address,
      abi: lmpAbi,
      functionName: 'destinationState',
      args: [destination],
    })
    return safe
  }

  /** Nothing of a route stays with the executor, and the keeper wins no more than the slack. */
  const expectNothingLeft = async () => {
    const executor = contractAddress(stack.deployment, 'solverExecutor')
    const { venues } = stack
    const tokens = [
      venues.weth,
      ...venues.lsts,
      venues.stablePool,
      venues.curveToken,
      ...stack.lmp.destinations.map(({ address }) => address),
    ]
    for (const address of tokens) {
      const read = (account: `0x${string}`) =>
        stack.client.readContract({ address, abi: erc20Abi, functionName: 'balanceOf', args: [account] })
      expect(await read(executor)).toBe(0n)
      expect(await read(actors.keeper)).toBeLessThan(WAD / 50n)
    }
  }

  it('takes idle to the pool whose gauge pays, as far as the turnover bucket lets it', {
    timeout: 120_000,
  }, async () => {
    const moves = await runOnce()
    expect(moves.map(({ from, to }) => `${from} to ${to}`)).toContain('idle to Balancer')
    const [move] = moves
    expect(move?.incomeAfter).toBeGreaterThan(move?.incomeBefore ?? 0n)
    expect(move?.moved).toBeGreaterThan(100n * WAD)
    expect(move?.moved).toBeLessThan(201n * WAD)
    await expectNothingLeft()
    expect(await runOnce()).toEqual([])
  })

  it('moves from Balancer to Curve when the gauge runs dry and the other coins earn more', {
    timeout: 180_000,
  }, async () => {
    // Idle would go first: it earns nothing.
    await stack.withdrawIdle()
    for (let day = 1n; day <= 8n; day += 1n) {
      await stack.setRate(1, WAD + (day * WAD) / 5_000n)
      await stack.setRate(2, WAD + (day * WAD) / 5_000n)
      await stack.jump(DAY)
    }
    const moves = await runOnce()
    expect(moves.map(({ from, to }) => `${from} to ${to}`)).toContain('Balancer to Curve')
    for (const move of moves) expect(move.incomeAfter).toBeGreaterThan(move.incomeBefore ?? 0n)
    await expectNothingLeft()
  })

  it('moves back when the gauge pays again, as far as the cap lets it', { timeout: 180_000 }, async () => {
    const balancer = stack.lmp.destinations.find(({ name }) => name === 'Balancer')
    if (balancer === undefined) throw new Error('the vault has no Balancer destination')
    await stack.fundGauge(20_000n * WAD)
    await stack.jump(DAY)
    await stack.lowerCap(balancer.address, (await worthOf(balancer.address)) + 10n * WAD)
    const moves = await runOnce()
    expect(moves.map(({ from, to }) => `${from} to ${to}`)).toContain('Curve to Balancer')
    const moved = moves.reduce((sum, move) => sum + (move.moved ?? 0n), 0n)
    expect(moved).toBeGreaterThan(9n * WAD)
    expect(moved).toBeLessThan(10n * WAD)
    await expectNothingLeft()
  })

  it('leaves a closing destination for idle as its ramp lets it, and enters it no more', {
    timeout: 180_000,
  }, async () => {
    const balancer = stack.lmp.destinations.find(({ name }) => name === 'Balancer')
    if (balancer === undefined) throw new Error('the vault has no Balancer destination')
    const before = await worthOf(balancer.address)
    expect(before).toBeGreaterThan(100n * WAD)
    await stack.close(balancer.address)
    let [left, idle] = [before, 0n]
    // The ramp starts at 0.2% and ends after three days at 10%.
    for (let day = 0; day <= 3 && left > 0n; day += 1) {
      const moves = await runOnce()
      for (const { to } of moves) expect(to).not.toBe('Balancer')
      expect(moves.some(({ from, to }) => from === 'Balancer' && to === 'idle')).toBe(true)
      left = await worthOf(balancer.address)
      if (left > 0n) await stack.jump(DAY)
    }
    expect(left).toBe(0n)
    const book = await stack.client.readContract({
      address: stack.lmp.address,
      abi: lmpAbi,
      functionName: 'book',
    })
    idle =
      book.idle +
      (await worthOf(stack.lmp.destinations.find(({ name }) => name === 'Curve')?.address ?? '0x'))
    // Not a hundredth was lost on the way.
    expect(idle).toBeGreaterThan((before * 99n) / 100n)
    await expectNothingLeft()
  })
})
