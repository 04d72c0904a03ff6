import { briefly, type ChainAccess, connect } from '@headrace/chain'
import {
  assertChainId,
  assertCode,
  contractAddress,
  type Deployment,
  type Logger,
  readDeployment,
  StartupError,
} from '@headrace/service'
import { loadAccount } from '@headrace/txmgr'
import type { Address, PrivateKeyAccount } from 'viem'
import type { KeeperConfig } from './config.ts'

/** The environment of a keeper, proven to fit together. */
export interface Environment {
  chain: ChainAccess
  deployment: Deployment
  contracts: {
    signals: Address
    cycleManager: Address
    prices: Address
    weth: Address
    auction: Address
    executor: Address
  }
  /** Absent: nothing is sent. */
  account: PrivateKeyAccount | undefined
  /** Wei; 0 without a key. */
  balance: bigint
}

/**
 * Checks everything the keeper relies on before it starts anything.
 * @throws StartupError in one line that says what to do.
 */
export async function openEnvironment(config: KeeperConfig, log: Logger): Promise<Environment> {
  const deployment = readDeployment(config.DEPLOYMENT_FILE, config.CHAIN_ID)
  const account = loadAccount(
    {
      keyFile: config.KEEPER_KEY_FILE,
      keystore: config.KEEPER_KEYSTORE,
      passwordFile: config.KEEPER_KEYSTORE_PASSWORD_FILE,
    },
    'KEEPER',
  )
  const chain = connect({
    urls: config.RPC_URLS,
    onFailure: ({ endpoint, method, error }) =>
      log.debug({ endpoint, method, error: briefly(error) }, 'endpoint failed'),
  })
  await assertChainId(chain.endpoints, config.CHAIN_ID)

  const contracts = {
    signals: contractAddress(deployment, 'signals'),
    cycleManager: contractAddress(deployment, 'cycleManager'),
    prices: contractAddress(deployment, 'priceRegistry'),
    weth: contractAddress(deployment, 'weth'),
    auction: contractAddress(deployment, 'auction'),
    executor: config.SOLVER_EXECUTOR ?? contractAddress(deployment, 'solverExecutor'),
  }
  const vaults = deployment.lmps.flatMap((lmp) => [
    [`lmp ${lmp.address}`, lmp.address] as const,
    ...lmp.destinations.map(({ name, address }) => [`destination ${name}`, address] as const),
    ...(lmp.backing === undefined
      ? []
      : ([
          [`performance splitter ${lmp.backing.performanceSplitter}`, lmp.backing.performanceSplitter],
          [`management splitter ${lmp.backing.managementSplitter}`, lmp.backing.managementSplitter],
        ] as const)),
  ])
  await assertCode(chain.client, { ...contracts, ...Object.fromEntries(vaults) })

  const balance = account === undefined ? 0n : await chain.client.getBalance({ address: account.address })
  if (account !== undefined && balance === 0n) {
    throw new StartupError(`the keeper's account ${account.address} holds no ETH: fund it or correct the key`)
  }
  return { chain, deployment, contracts, account, balance }
}
