import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limitsAbi, lmpAbi, lmpConfiguratorAbi, lmpRouterAbi, reactorAbi, reserveAbi } from '@headrace/abi'
import { awaitReceipt } from '@headrace/chain'
import { startAnvil } from '@headrace/chaos-rpc/anvil'
import { foundryBinary } from '@headrace/foundry'
import { contractAddress, readDeployment } from '@headrace/service'
import {
  aggregatorProxyAbi,
  erc20Abi,
  fluxAggregatorAbi,
  liquidityGaugeAbi,
  weth9Abi,
} from '@headrace/venues'
import {
  type Address,
  createPublicClient,
  encodeFunctionData,
  getAddress,
  type Hex,
  http,
  maxUint256,
  parseAbi,
  parseEther,
  toHex,
} from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { z } from 'zod'

const ROOT = join(import.meta.dirname, '../../../..')
/** Anvil's public development mnemonic. */
const MNEMONIC = 'test test test test test test test test test test test junk'
const ACTORS = ['deployer', 'issuer', 'oracle', 'distributor', 'keeper', 'lp', 'governor', 'other'] as const
type Actor = (typeof ACTORS)[number]

/** More than any call here needs: an estimate can fall short of the state the call meets. */
const GAS = toHex(12_000_000)

const account = (name: Actor) => mnemonicToAccount(MNEMONIC, { addressIndex: ACTORS.indexOf(name) })
export const actors = Object.fromEntries(ACTORS.map((name) => [name, account(name).address])) as Record<
  Actor,
  Address
>

const address = z.string().transform((text) => getAddress(text))
const venuesSchema = z.object({
  weth: address,
  abc: address,
  rewardToken: address,
  balancerVault: address,
  stablePool: address,
  gauge: address,
  curvePool: address,
  curveToken: address,
  pair: address,
  abcFeed: address,
  rewardFeed: address,
  lsts: z.array(address),
  lstFeeds: z.array(address),
})

export interface StackOptions {
  /** Seconds of one cycle; the first one is as long. */
  cycleLength: number
}

const DAY = 86_400

/** Stacks started by this process. */
let stacks = 0

export type Stack = Awaited<ReturnType<typeof startStack>>

/**
 * Real contracts on an anvil of its own: venues and protocol by the scripts of production, deposits in every product.
 * The chain id is the stack's own, so that stacks side by side do not share files.
 */
export async function startStack({ cycleLength }: StackOptions) {
  const dir = mkdtempSync(join(tmpdir(), 'headrace-keeper-'))
  stacks += 1
  const chainId = 1_000_000 + process.pid * 10 + stacks
  const node = await startAnvil(
    ...['--chain-id', String(chainId), '--accounts', String(ACTORS.length), '--balance', '1000000'],
    ...['--slots-in-an-epoch', '1'],
  )
  const files = {
    venues: `deployments/${chainId}.venues.json`,
    config: `deployments/${chainId}.config.json`,
    deployment: `deployments/${chainId}.json`,
  }
  const client = createPublicClient({ transport: http(node.url), pollingInterval: 20 })
  const now = async () => (await client.getBlock()).timestamp

  const send = async (from: Actor, to: Address, data: Hex, value = 0n) => {
    const hash = await node.rpc('eth_sendTransaction', {
      from: actors[from],
      to,
      data,
      value: toHex(value),
      gas: GAS,
    })
    const { status } = await awaitReceipt(client, z.custom<Hex>().parse(hash))
    if (status !== 'success') throw new Error(`${from}: a transaction to ${to} reverted (${hash})`)
  }

  const stop = async () => {
    await node.stop()
    for (const file of Object.values(files)) rmSync(join(ROOT, file), { force: true })
    for (const script of ['Deploy.s.sol', 'DeployVenues.s.sol']) {
      for (const log of ['broadcast', 'contracts/cache']) {
        rmSync(join(ROOT, log, script, String(chainId)), { recursive: true, force: true })
      }
    }
    rmSync(dir, { recursive: true, force: true })
  }

  try {
    await forgeScript(node.url, 'devnet/DeployVenues.s.sol', {
      OUT: files.venues,
      ISSUER: actors.issuer,
      ORACLE: actors.oracle,
      DISTRIBUTOR: actors.distributor,
    })
    const venues = venuesSchema.parse(JSON.parse(readFileSync(join(ROOT, files.venues), 'utf8')))
    writeFileSync(
      join(ROOT, files.config),
      JSON.stringify(deployConfig(venues, await now(), cycleLength), null, 2),
    )
    await forgeScript(node.url, 'Deploy.s.sol', { CONFIG: files.config })
    const deployment = readDeployment(join(ROOT, files.deployment), chainId)

    const call = {
      approve: (spender: Address) =>
        encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [spender, maxUint256] }),
      mint: (to: Address, amount: bigint) =>
        encodeFunctionData({ abi: mintAbi, functionName: 'mint', args: [to, amount] }),
    }

    const [reserve, router] = [contractAddress(deployment, 'reserve'), contractAddress(deployment, 'router')]
    const [lmp] = deployment.lmps
    const [token, pair] = deployment.reactors
    if (lmp === undefined || token === undefined || pair === undefined)
      throw new Error('the deployment is incomplete')

    await send(
      'lp',
      venues.weth,
      encodeFunctionData({ abi: weth9Abi, functionName: 'deposit' }),
      parseEther('5000'),
    )
    await send('issuer', venues.abc, call.mint(actors.lp, parseEther('500000')))
    for (const asset of [venues.weth, venues.abc]) {
      for (const spender of [lmp.address, router, token.address, pair.address, reserve])
        await send('lp', asset, call.approve(spender))
    }
    for (const [id, amount] of [
      [0n, '60000'],
      [1n, '400'],
    ] as const) {
      await send(
        'lp',
        reserve,
        encodeFunctionData({ abi: reserveAbi, functionName: 'contribute', args: [id, parseEther(amount)] }),
      )
    }
    for (const [reactor, amount] of [
      [token.address, '100000'],
      [pair.address, '800'],
    ] as const) {
      await send(
        'lp',
        reactor,
        encodeFunctionData({
          abi: reactorAbi,
          functionName: 'deposit',
          args: [parseEther(amount), actors.lp],
        }),
      )
    }
    await send('lp', lmp.address, call.approve(router))
    await send(
      'lp',
      router,
      encodeFunctionData({
        abi: lmpRouterAbi,
        functionName: 'deposit',
        args: [lmp.address, parseEther('1000'), actors.lp, 0n, maxUint256],
      }),
    )

    // The vault is not alone in the gauge: somebody else has staked a quarter of the pool.
    const staked = await client.readContract({
      address: venues.stablePool,
      abi: erc20Abi,
      functionName: 'balanceOf',
      args: [actors.deployer],
    })
    await send('deployer', venues.stablePool, call.approve(venues.gauge))
    const stake = encodeFunctionData({ abi: liquidityGaugeAbi, functionName: 'deposit', args: [staked / 4n] })
    await send('deployer', venues.gauge, stake)

    const feeds = [...venues.lstFeeds, venues.abcFeed, venues.rewardFeed]
    /** Answers that differ from the last ones; by feed. */
    const answers = new Map<Address, bigint>()
    const pushFeeds = async () => {
      for (const feed of feeds) {
        const [aggregator, last] = await Promise.all([
          client.readContract({ address: feed, abi: aggregatorProxyAbi, functionName: 'aggregator' }),
          client.readContract({ address: feed, abi: aggregatorProxyAbi, functionName: 'latestAnswer' }),
        ])
        const round = await client.readContract({
          address: aggregator,
          abi: fluxAggregatorAbi,
          functionName: 'latestRound',
        })
        const args = [round + 1n, answers.get(feed) ?? last] as const
        await send(
          'oracle',
          aggregator,
          encodeFunctionData({ abi: fluxAggregatorAbi, functionName: 'submit', args }),
        )
      }
    }

    const journal = join(dir, 'keeper.db')
    const keyFile = (name: Actor) => {
      const key = account(name).getHdKey().privateKey
      if (key === null) throw new Error('the mnemonic gives no key')
      const file = join(dir, `${name}.key`)
      writeFileSync(file, `${toHex(key)}\n`, { mode: 0o600 })
      return file
    }

    return {
      url: node.url,
      journal,
      keyFile,
      rpc: node.rpc,
      chainId,
      client,
      venues,
      deployment,
      lmp,
      dir,
      send,
      now,
      /** The issuer publishes a rate; the market follows with the next jump. */
      async setRate(lst: number, rate: bigint) {
        const [token, feed] = [venues.lsts[lst], venues.lstFeeds[lst]]
        if (token === undefined || feed === undefined) throw new Error(`there is no LST ${lst}`)
        await send(
          'issuer',
          token,
          encodeFunctionData({ abi: lstAbi, functionName: 'setRate', args: [rate] }),
        )
        answers.set(feed, rate)
      },
      /** The depositor of the vault leaves with all that is idle. */
      async withdrawIdle() {
        const { idle } = await client.readContract({
          address: lmp.address,
          abi: lmpAbi,
          functionName: 'book',
        })
        const data = encodeFunctionData({
          abi: lmpRouterAbi,
          functionName: 'withdraw',
          args: [lmp.address, idle, actors.lp, maxUint256, maxUint256],
        })
        await send('lp', router, data)
      },
      /** From now on the vault may enter a destination up to `amount` only. */
      async lowerCap(destination: Address, amount: bigint) {
        const limits = { address: contractAddress(deployment, 'limits'), abi: limitsAbi } as const
        const id = await client.readContract({
          ...limits,
          functionName: 'destinationId',
          args: [destination],
        })
        const args = [lmp.address, id, { share: 10n ** 18n, amount }] as const
        const data = encodeFunctionData({ abi: limitsAbi, functionName: 'lowerCap', args })
        await send('governor', limits.address, data)
      },
      /** The guardian closes a destination of the vault. */
      async close(destination: Address) {
        const data = encodeFunctionData({
          abi: lmpConfiguratorAbi,
          functionName: 'closeDestination',
          args: [lmp.address, destination],
        })
        await send('other', contractAddress(deployment, 'configurator'), data)
      },
      /** Pays the gauge of the Balancer pool for seven days from now. */
      async fundGauge(amount: bigint) {
        await send('issuer', venues.rewardToken, call.mint(actors.distributor, amount))
        await send('distributor', venues.rewardToken, call.approve(venues.gauge))
        const args = [venues.rewardToken, amount] as const
        const data = encodeFunctionData({
          abi: liquidityGaugeAbi,
          functionName: 'deposit_reward_token',
          args,
        })
        await send('distributor', venues.gauge, data)
      },
      /** Moves block time and renews every feed at its last answer. */
      async jump(seconds: bigint) {
        await node.rpc('evm_increaseTime', Number(seconds))
        await node.rpc('evm_mine')
        await pushFeeds()
      },
      /** The environment of a keeper of this stack. */
      env: (change: Record<string, string> = {}): Record<string, string> => ({
        RPC_URLS: node.url,
        CHAIN_ID: String(chainId),
        DEPLOYMENT_FILE: join(ROOT, files.deployment),
        KEEPER_KEY_FILE: keyFile('keeper'),
        DATABASE_FILE: journal,
        POLL_INTERVAL_MS: '100',
        LOG_LEVEL: 'info',
        ...change,
      }),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

const lstAbi = parseAbi(['function setRate(uint256 rate)'])
const mintAbi = parseAbi(['function mint(address to, uint256 amount)'])

function forgeScript(url: string, script: string, env: Record<string, string>): Promise<void> {
  const args = ['script', `contracts/script/${script}`, '--rpc-url', url, '--broadcast', '--slow']
  // Calls that hand out a fixed amount of gas need more than they spend.
  args.push('--gas-estimate-multiplier', '300')
  const child = spawn(foundryBinary('forge'), [...args, '--unlocked', '--sender', actors.deployer], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`forge script ${script} failed:\n${output.slice(-2_000)}`)),
    )
  })
}

function deployConfig(venues: z.infer<typeof venuesSchema>, now: bigint, cycleLength: number) {
  const maxAge = 26 * 3600
  const half = '500000000000000000'
  const cap = { share: '1000000000000000000', amount: String(10n ** 22n) }
  return {
    governance: {
      ...{ treasury: actors.governor, governor: actors.governor, curator: actors.governor },
      ...{ risk: actors.governor, guardian: actors.other, governorDelay: 7 * DAY, curatorDelay: 7 * DAY },
    },
    cycle: { length: cycleLength, firstEnd: Number(now) + cycleLength },
    lossOracle: { reporters: [actors.governor, actors.other], quorum: 2 },
    weth: venues.weth,
    solver: actors.keeper,
    prices: [
      ...venues.lsts.map((token, i) => ({
        token,
        symbol: `LST${i}`,
        feed: venues.lstFeeds[i],
        maxAge,
        issuer: token,
      })),
      { token: venues.abc, symbol: 'ABC', feed: venues.abcFeed, maxAge },
      { token: venues.rewardToken, symbol: 'RWD', feed: venues.rewardFeed, maxAge },
    ],
    lmps: [
      {
        ...{ name: 'Vault', symbol: 'hWETH', asset: venues.weth, cap: String(10n ** 22n), feeBps: 2000 },
        ...{ feeRecipient: actors.governor, seed: String(10n ** 15n) },
        backing: { mode: 'slashing', backersBps: 7000, managementFeeBps: 20 },
        limits: { maxPoolShare: half, idleFloor: '0', issuers: venues.lsts.map((token) => ({ token, cap })) },
        destinations: [
          {
            ...{ venue: 'balancer-v2-stable', name: 'Balancer', pool: venues.stablePool, cap },
            ...{ balancerVault: venues.balancerVault, gauge: venues.gauge, rewards: [venues.rewardToken] },
          },
          {
            venue: 'curve-stableswap',
            name: 'Curve',
            pool: venues.curvePool,
            lpToken: venues.curveToken,
            cap,
          },
        ],
      },
    ],
    reactors: [
      { name: 'Token reactor', symbol: 'tABC', asset: venues.abc, isPair: false, maxLpShare: half },
      { name: 'Pair reactor', symbol: 'tWETH', asset: venues.weth, isPair: true, maxLpShare: half },
    ],
    positions: [
      {
        venue: 'uniswap-v2',
        pool: venues.pair,
        tokenReactor: 0,
        pairReactor: 1,
        multiple: '3000000000000000000',
      },
    ],
  }
}
