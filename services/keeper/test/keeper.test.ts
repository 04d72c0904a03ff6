import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cycleManagerAbi, feeSplitterAbi, lmpAbi } from '@headrace/abi'
import { freePort } from '@headrace/chaos-rpc/anvil'
import { start } from '@headrace/chaos-rpc/program'
import { contractAddress } from '@headrace/service'
import { type Address, encodeFunctionData, erc20Abi, getAbiItem, getAddress, parseEther } from 'viem'
import { generatePrivateKey } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { drawKills, POINTS, STEPS } from './kill/draw.ts'
import { faults } from './kill/faults.ts'
import { killScenario } from './kill/scenario.ts'
import { keeper, MAIN } from './support/cli.ts'
import { actors, type Stack, startStack } from './support/stack.ts'

const TIMEOUT = { timeout: 180_000 }

describe('the draw of kills', () => {
  it('is the seed’s, covers every step and point, and follows the rollover within a cycle', () => {
    const cycles = drawKills('a', 30)
    expect(cycles).toEqual(drawKills('a', 30))
    expect(cycles).not.toEqual(drawKills('b', 30))
    expect(cycles.flat()).toHaveLength(30)
    for (const step of STEPS)
      expect(cycles.flat().filter((kill) => kill.step === step).length).toBeGreaterThanOrEqual(4)
    for (const point of POINTS)
      expect(cycles.flat().filter((kill) => kill.point === point).length).toBeGreaterThanOrEqual(3)
    for (const kills of cycles) {
      const order = kills.map(({ step }) => STEPS.indexOf(step))
      expect(order).toEqual([...order].sort((a, b) => a - b))
    }
  })
})

describe('a keeper on the real contracts', () => {
  let stack: Stack
  let seed = ''
  beforeAll(async () => {
    seed = process.env.KILL_SEED ?? randomBytes(8).toString('hex')
    console.log(`kill seed ${seed} (KILL_SEED)`)
    stack = await startStack({ cycleLength: 86_400 })
  }, 180_000)
  afterAll(() => stack?.stop())

  it('proves its environment', TIMEOUT, async () => {
    const { code, stdout } = await keeper(['check'], stack.env())
    expect(stdout).toContain(`${stack.chainId}, 1 endpoint(s)`)
    expect(stdout).toContain(actors.keeper)
    expect(code).toBe(0)
  })

  it('without a key shows what it would send, sends nothing and leaves no file', TIMEOUT, async () => {
    const journal = join(stack.dir, 'dry.db')
    const { KEEPER_KEY_FILE: _, ...env } = stack.env({ DATABASE_FILE: journal, LOG_LEVEL: 'silent' })
    const { code, stdout } = await keeper(['run', '--once'], env)
    expect(stdout.match(/would send {2}snapshot: snapshot/g)).toHaveLength(2)
    expect(code).toBe(0)
    expect(existsSync(journal)).toBe(false)
    expect(await stack.client.getTransactionCount({ address: actors.keeper })).toBe(0)
  })

  it('with --dry-run too', TIMEOUT, async () => {
    const { stdout } = await keeper(['run', '--once', '--dry-run'], stack.env({ LOG_LEVEL: 'silent' }))
    expect(stdout).toContain('would send')
    expect(await stack.client.getTransactionCount({ address: actors.keeper })).toBe(0)
  })

  it('does not start with an account that cannot pay', TIMEOUT, async () => {
    const file = join(stack.dir, 'poor.key')
    writeFileSync(file, generatePrivateKey(), { mode: 0o600 })
    const { code, stderr } = await keeper(['run'], stack.env({ KEEPER_KEY_FILE: file }))
    expect(stderr).toMatch(/holds no ETH: fund it or correct the key/)
    expect(code).toBe(78)
  })

  it('holds back while gas is dearer than its ceiling, and says so', TIMEOUT, async () => {
    const { code, stderr } = await keeper(['run', '--once'], stack.env({ MAX_FEE_GWEI: '0.0000001' }))
    expect(stderr).toMatch(/held: gas costs .* gwei, MAX_FEE_GWEI is 0\.0000001/)
    expect(code).toBe(1)
    expect(await stack.client.getTransactionCount({ address: actors.keeper })).toBe(0)
  })

  it('refuses what needs more gas than its ceiling', TIMEOUT, async () => {
    const { code, stderr } = await keeper(['run', '--once'], stack.env({ MAX_GAS_SNAPSHOT: '50000' }))
    expect(stderr).toMatch(/snapshot: needs \d+ gas, more than the ceiling of 50000/)
    expect(code).toBe(1)
    expect(await stack.client.getTransactionCount({ address: actors.keeper })).toBe(0)
  })

  it(
    'killed at any point carries its rollover on: each cycle completes once, nothing reverts, nothing is done twice',
    TIMEOUT,
    async () => {
      const report = await killScenario(stack, { count: 7, seed, say: () => {} })
      expect(faults(report)).toEqual([])
      expect(report.transactions).toBeGreaterThanOrEqual(10)
    },
  )

  it(
    'side by side with a second one with its own key harms nothing, and --once ends when all is done',
    TIMEOUT,
    async () => {
      const state = () =>
        stack.client.readContract({
          address: contractAddress(stack.deployment, 'cycleManager'),
          abi: cycleManagerAbi,
          functionName: 'state',
        })
      const { cycle, end } = await state()
      await stack.jump(end - (await stack.now()))
      const second = stack.env({
        DATABASE_FILE: join(stack.dir, 'second.db'),
        KEEPER_KEY_FILE: stack.keyFile('other'),
      })
      const both = await Promise.all([
        keeper(['run', '--once'], stack.env()),
        keeper(['run', '--once'], second),
      ])
      // Whoever was late may have stopped early; one more look finishes what is left.
      await keeper(['run', '--once'], stack.env())
      expect(both.map(({ stderr }) => stderr)).toEqual(['', ''])
      expect((await state()).cycle).toBe(cycle + 1n)
    },
  )

  it('brings the backers their fees when they are worth it, once', TIMEOUT, async () => {
    const { backing } = stack.lmp
    if (backing === undefined) throw new Error('the stack has no backing')
    const { client, lmp, venues } = stack
    const balanceOf = (address: Address, account: Address) =>
      client.readContract({ address, abi: erc20Abi, functionName: 'balanceOf', args: [account] })
    const distributions = () =>
      client.getLogs({
        address: [backing.performanceSplitter, backing.managementSplitter],
        event: getAbiItem({ abi: feeSplitterAbi, name: 'Distributed' }),
        strict: true,
        fromBlock: 0n,
      })
    const before = (await distributions()).length
    const addProfit = encodeFunctionData({ abi: lmpAbi, functionName: 'addProfit', args: [parseEther('10')] })
    await stack.send('lp', lmp.address, addProfit)
    await stack.jump(90_000n)

    const dry = await keeper(['run', '--once', '--dry-run'], stack.env({ LOG_LEVEL: 'silent' }))
    expect(dry.stdout).toContain('would send  report:')
    expect(await keeper(['run', '--once'], stack.env())).toMatchObject({ code: 0, stderr: '' })
    const [distributed, ...others] = (await distributions()).slice(before)
    expect(others).toEqual([])
    // A fifth of the profit is the fee, 70% of it the backers'; profit unlocks within a day, and meanwhile the pools' prices move a
    // little and a leaver is paid at the lower one.
    expect(getAddress(distributed?.address ?? '')).toBe(backing.performanceSplitter)
    expect(distributed?.args.assets).toBeGreaterThan(parseEther('1.35'))
    expect(distributed?.args.assets).toBeLessThan(parseEther('1.5'))
    expect(await balanceOf(venues.weth, backing.pool)).toBe(distributed?.args.assets)
    expect(await balanceOf(lmp.address, backing.performanceSplitter)).toBe(0n)

    expect(await keeper(['run', '--once'], stack.env())).toMatchObject({ code: 0, stderr: '' })
    expect(await distributions()).toHaveLength(before + 1)
  })

  it(
    'serves health and metrics on 127.0.0.1, remembers its jobs, and stops on SIGTERM',
    TIMEOUT,
    async () => {
      const port = await freePort()
      const { child, ended } = start(MAIN, ['run'], stack.env({ METRICS_PORT: String(port) }))
      const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
      for (let tries = 0; tries < 200; tries += 1) {
        if (
          await get('/readyz').then(
            ({ ok }) => ok,
            () => false,
          )
        )
          break
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      expect(await (await get('/readyz')).json()).toMatchObject({ ready: true, lowBalance: false })
      expect(await (await get('/metrics')).text()).toMatch(/keeper_head_block\{service="keeper"\} \d+/)
      const taken = await keeper(['run'], stack.env({ METRICS_PORT: String(port) }))
      expect(taken.stderr).toMatch(/port \d+ is in use: stop what uses it or set METRICS_PORT/)
      expect(taken.code).toBe(78)
      child.kill('SIGTERM')
      expect(await ended).toMatchObject({ code: 0, stderr: '' })

      const { code, stdout } = await keeper(['status'], stack.env())
      expect(code).toBe(0)
      const [, cycle, report, snapshot, rebalance, fees] = stdout.split('\n')
      expect(cycle).toMatch(/^cycle +\d{4}-.*Z (complete|fill|mark)/)
      expect(report).toMatch(/^report +\d{4}-.*Z report 0x/)
      expect(snapshot).toMatch(/^snapshot +\d{4}-.*Z snapshot 0x/)
      expect(rebalance).toMatch(/^rebalance /)
      expect(fees).toMatch(/^fees +\d{4}-.*Z distribute 0x/)
    },
  )
})
