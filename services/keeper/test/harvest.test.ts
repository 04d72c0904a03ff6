import { destinationAbi, dutchAuctionAbi, lmpAbi } from '@headrace/abi'
import { contractAddress } from '@headrace/service'
import { encodeFunctionData, erc20Abi, getAbiItem, maxUint256, parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keeper } from './support/cli.ts'
import { actors, type Stack, startStack } from './support/stack.ts'

const HOUR = 3_600n

/** From a real gauge through the auction into the vault; only the buyer is not the keeper. */
describe('harvest and auction', () => {
  let stack: Stack
  beforeAll(async () => {
    stack = await startStack({ cycleLength: 365 * 86_400 })
  }, 180_000)
  afterAll(() => stack?.stop())

  const run = async (...flags: string[]) => {
    await stack.rpc('evm_mine')
    const { code, stdout, stderr } = await keeper(['run', '--once', ...flags], stack.env())
    expect(stderr).toBe('')
    expect(code).toBe(0)
    return stdout
  }
  const balancer = () => {
    const found = stack.lmp.destinations.find(({ name }) => name === 'Balancer')
    if (found === undefined) throw new Error('the vault has no Balancer destination')
    return found.address
  }
  const auction = () => contractAddress(stack.deployment, 'auction')
  const lot = () =>
    stack.client.readContract({
      address: auction(),
      abi: dutchAuctionAbi,
      functionName: 'lot',
      args: [stack.lmp.address, stack.venues.rewardToken],
    })
  const harvests = () =>
    stack.client.getLogs({
      address: balancer(),
      event: getAbiItem({ abi: destinationAbi, name: 'Harvested' }),
      strict: true,
      fromBlock: 0n,
    })

  it('leaves what earned nothing alone', { timeout: 120_000 }, async () => {
    await run()
    expect(await harvests()).toHaveLength(0)
  })

  it('shows a harvest in a dry run and sends it in a live one, once', { timeout: 120_000 }, async () => {
    await stack.jump(6n * HOUR)
    const shown = await run('--dry-run')
    expect(shown).toContain(`would send  harvest: harvest ${balancer()}`)
    expect(await harvests()).toHaveLength(0)

    await run()
    const [harvest, ...more] = await harvests()
    expect(more).toHaveLength(0)
    expect(harvest?.args.token).toBe(stack.venues.rewardToken)
    const found = await lot()
    expect(found.left).toBe(harvest?.args.amount)
    expect(found.left).toBeGreaterThan(0n)
    // What the next seconds earn is no harvest yet.
    await run()
    expect(await harvests()).toHaveLength(1)
  })

  it('gives the vault what its lot brought', { timeout: 120_000 }, async () => {
    await stack.jump(3n * HOUR)
    const { left } = await lot()
    const { weth } = stack.venues
    await stack.send(
      'lp',
      weth,
      encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [auction(), maxUint256] }),
    )
    const args = [stack.lmp.address, stack.venues.rewardToken, left, parseEther('100'), actors.lp] as const
    await stack.send(
      'lp',
      auction(),
      encodeFunctionData({
        abi: dutchAuctionAbi,
        functionName: 'buy',
        args: [...args, maxUint256, '0x'],
      }),
    )
    const proceeds = () =>
      stack.client.readContract({
        address: auction(),
        abi: dutchAuctionAbi,
        functionName: 'proceeds',
        args: [stack.lmp.address],
      })
    const paid = await proceeds()
    // Half way from 1.1 to 0.9 of 0.002 ETH each.
    expect(paid).toBeGreaterThan((left * 99n) / 50_000n)
    expect(paid).toBeLessThan((left * 101n) / 50_000n)
    await run()
    expect(await proceeds()).toBe(0n)
    const [profit] = await stack.client.getLogs({
      address: stack.lmp.address,
      event: getAbiItem({ abi: lmpAbi, name: 'ProfitAdded' }),
      strict: true,
      fromBlock: 0n,
    })
    expect(profit?.args).toEqual({ from: auction(), assets: paid })
  })

  it('lets the auction see a feed that nobody buys by', { timeout: 120_000 }, async () => {
    await stack.jump(86_400n)
    await run()
    expect((await lot()).left).toBeGreaterThan(0n)
    const seenAt = async () => {
      const { registry } = await lot()
      const { seenAt } = await stack.client.readContract({
        address: auction(),
        abi: dutchAuctionAbi,
        functionName: 'feed',
        args: [registry, stack.venues.rewardToken],
      })
      return seenAt
    }
    const first = await seenAt()
    await stack.jump(5n * HOUR)
    await run()
    const later = await seenAt()
    await stack.jump(2n * HOUR)
    await run()
    expect(await seenAt()).toBeGreaterThan(later)
    expect(later).toBeGreaterThanOrEqual(first)
  })
})
