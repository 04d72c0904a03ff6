import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { foundryBinary } from '@headrace/foundry'
import type { Address } from 'viem'
import { accounts, QUORUM, REPORTERS } from './accounts.ts'
import type { Chain } from './chain.ts'
import type { Processes } from './processes.ts'
import { readVenues, type Venues } from './world.ts'

const HOUR = 3600n
const DAY = 24n * HOUR
/** Days before cycle 0 starts to count down: snapshots fill the signals' filter. */
export const WARM_UP_DAYS = 30
export const CYCLE_DAYS = 7

export interface DeployPaths {
  root: string
  /** Directory of this devnet's files. */
  state: string
}

async function forgeScript(
  processes: Processes,
  paths: DeployPaths,
  chain: Chain,
  script: string,
  env: Record<string, string>,
): Promise<void> {
  await processes.run({
    name: `forge script ${script}`,
    command: foundryBinary('forge'),
    // One transaction at a time: anvil would leave behind what does not fit into one block.
    args: [
      'script',
      `contracts/script/${script}`,
      '--rpc-url',
      chain.url,
      '--broadcast',
      '--slow',
      // Probes keep a stipend in reserve that a simulation does not see as used.
      '--gas-estimate-multiplier',
      '300',
      '--unlocked',
      '--sender',
      accounts.deployer,
    ],
    env,
    cwd: paths.root,
    log: join(paths.state, 'forge.log'),
  })
}

export async function deployVenues(processes: Processes, paths: DeployPaths, chain: Chain): Promise<Venues> {
  const file = 'deployments/31337.venues.json'
  await forgeScript(processes, paths, chain, 'devnet/DeployVenues.s.sol', {
    OUT: file,
    ISSUER: accounts.issuer,
    ORACLE: accounts.oracle,
    DISTRIBUTOR: accounts.distributor,
  })
  return readVenues(join(paths.root, file))
}

/** The same script and the same config format as production. */
export async function deployProtocol(
  processes: Processes,
  paths: DeployPaths,
  chain: Chain,
  venues: Venues,
): Promise<void> {
  const config = deployConfig(venues, await chain.now())
  const file = 'deployments/31337.config.json'
  writeFileSync(join(paths.root, file), `${JSON.stringify(config, json, 2)}\n`)
  await forgeScript(processes, paths, chain, 'Deploy.s.sol', { CONFIG: file })
  copyFileSync(join(paths.root, 'deployments', '31337.json'), deploymentFile(paths))
}

const json = (_: string, value: unknown) => (typeof value === 'bigint' ? value.toString() : value)

function deployConfig(venues: Venues, now: bigint) {
  const maxAge = 26n * HOUR
  // Histories are about yields: only amounts and shares of pools bound what is held.
  const cap = { share: '1000000000000000000', amount: '10000000000000000000000' }
  const dollarCap = { share: '1000000000000000000', amount: '10000000000000' }
  const { usd } = venues
  const dollar = (token: Address, symbol: string, feed: Address) => ({
    ...{ token, symbol, feed, maxAge },
    ...{ quote: usd.usdc, quoteFeed: usd.usdcFeed },
  })
  const lst = (index: number) => ({
    token: venues.lsts[index],
    symbol: `LST${index}`,
    feed: venues.lstFeeds[index],
    maxAge,
    issuer: venues.lsts[index],
  })
  return {
    governance: {
      treasury: accounts.treasury,
      governor: accounts.governor,
      curator: accounts.curator,
      risk: accounts.risk,
      guardian: accounts.guardian,
      // The least where a vault is backed.
      governorDelay: 7n * DAY,
      curatorDelay: 7n * DAY,
    },
    cycle: { length: BigInt(CYCLE_DAYS) * DAY, firstEnd: now + BigInt(WARM_UP_DAYS + CYCLE_DAYS) * DAY },
    lossOracle: { reporters: REPORTERS.map((reporter) => accounts[reporter]), quorum: QUORUM },
    weth: venues.weth,
    solver: accounts.keeper,
    prices: [
      lst(0),
      lst(1),
      lst(2),
      { token: venues.abc, symbol: 'ABC', feed: venues.abcFeed, maxAge },
      { token: venues.rewardToken, symbol: 'RWD', feed: venues.rewardFeed, maxAge },
      { token: usd.usdc, symbol: 'USDC', feed: usd.usdcEthFeed, maxAge },
      dollar(usd.usdt, 'USDT', usd.usdtFeed),
      dollar(usd.dai, 'DAI', usd.daiFeed),
      dollar(usd.susd, 'sUSD', usd.susdFeed),
      dollar(venues.rewardToken, 'RWD', usd.rewardFeed),
      dollar(usd.crv, 'CRV', usd.crvFeed),
    ],
    lmps: [
      {
        name: 'Headrace WETH',
        symbol: 'hWETH',
        asset: venues.weth,
        cap: '10000000000000000000000',
        feeBps: 2000,
        feeRecipient: accounts.treasury,
        backing: { mode: 'slashing', backersBps: 7000, managementFeeBps: 20 },
        limits: {
          maxPoolShare: '500000000000000000',
          idleFloor: '0',
          issuers: venues.lsts.map((token) => ({ token, cap })),
        },
        destinations: [
          {
            venue: 'balancer-v2-stable',
            name: 'Balancer WETH/LST0',
            pool: venues.stablePool,
            cap,
            balancerVault: venues.balancerVault,
            gauge: venues.gauge,
            rewards: [venues.rewardToken],
          },
          {
            venue: 'curve-stableswap',
            name: 'Curve WETH/LST0/LST1/LST2',
            pool: venues.curvePool,
            cap,
            lpToken: venues.curveToken,
          },
        ],
      },
      {
        name: 'Headrace USDC',
        symbol: 'hUSDC',
        asset: usd.usdc,
        cap: '10000000000000',
        feeBps: 2000,
        feeRecipient: accounts.treasury,
        limits: {
          maxPoolShare: '500000000000000000',
          idleFloor: '0',
          issuers: [usd.usdt, usd.dai, usd.susd].map((token) => ({ token, cap: dollarCap })),
        },
        destinations: [
          {
            venue: 'balancer-v2-stable',
            name: 'Balancer USDC/USDT',
            pool: usd.stablePool,
            cap: dollarCap,
            balancerVault: venues.balancerVault,
            gauge: usd.gauge,
            rewards: [venues.rewardToken],
          },
          {
            venue: 'curve-stableswap',
            name: 'Curve DAI/USDC/USDT/sUSD',
            pool: usd.curvePool,
            cap: dollarCap,
            lpToken: usd.curveToken,
            gauge: usd.curveGauge,
            rewards: [usd.crv],
          },
        ],
      },
    ],
    reactors: [
      {
        name: 'Headrace ABC',
        symbol: 'tABC',
        asset: venues.abc,
        isPair: false,
        maxLpShare: '500000000000000000',
      },
      {
        name: 'Headrace WETH',
        symbol: 'tWETH',
        asset: venues.weth,
        isPair: true,
        maxLpShare: '500000000000000000',
      },
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

/** This devnet's own copy: another one, started later, writes its deployment to the same place. */
export function deploymentFile({ state }: DeployPaths): string {
  return join(state, 'deployment.json')
}
