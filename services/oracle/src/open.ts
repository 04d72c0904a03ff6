import { lossOracleAbi } from '@headrace/abi'
import { briefly, type ChainAccess, connect } from '@headrace/chain'
import {
  assertChainId,
  assertCode,
  contractAddress,
  type Deployment,
  type Logger,
  oneLine,
  PRODUCT,
  readDeployment,
  StartupError,
} from '@headrace/service'
import { loadAccount } from '@headrace/txmgr'
import { type Address, isAddressEqual, type PrivateKeyAccount, type PublicClient } from 'viem'
import type { OracleConfig } from './config.ts'
import { type Contracts, readDomain } from './reads.ts'

/** Of the EIP-712 domain: the messages and the rules this program knows. */
export const CONTRACT_VERSION = '1'

/** The environment of an oracle, proven to fit together. */
export interface Environment {
  chain: ChainAccess
  deployment: Deployment
  contracts: Contracts
  lmps: readonly Address[]
  reporters: readonly Address[]
  quorum: bigint
  /** Absent: nothing is signed and nothing sent. */
  account: PrivateKeyAccount | undefined
  /** Wei; 0 without a key. */
  balance: bigint
}

/**
 * Checks everything the oracle relies on before it starts anything.
 * @throws StartupError in one line that says what to do.
 */
export async function openEnvironment(config: OracleConfig, log: Logger): Promise<Environment> {
  const deployment = readDeployment(config.DEPLOYMENT_FILE, config.CHAIN_ID)
  const account = loadAccount(
    {
      keyFile: config.ORACLE_KEY_FILE,
      keystore: config.ORACLE_KEYSTORE,
      passwordFile: config.ORACLE_KEYSTORE_PASSWORD_FILE,
    },
    'ORACLE',
  )
  const chain = connect({
    urls: config.RPC_URLS,
    timeoutMs: config.RPC_TIMEOUT_MS,
    onFailure: ({ endpoint, method, error }) =>
      log.debug({ endpoint, method, error: briefly(error) }, 'endpoint failed'),
  })
  await assertChainId(chain.endpoints, config.CHAIN_ID)
  const contracts = {
    oracle: contractAddress(deployment, 'lossOracle'),
    ledger: contractAddress(deployment, 'lossLedger'),
    recovery: contractAddress(deployment, 'recovery'),
  }
  await assertCode(chain.client, {
    lossOracle: contracts.oracle,
    lossLedger: contracts.ledger,
    recovery: contracts.recovery,
  })
  await assertVersion(chain.client, contracts, config.CHAIN_ID)

  const of = { address: contracts.oracle, abi: lossOracleAbi } as const
  const [reporters, quorum] = await Promise.all([
    chain.client.readContract({ ...of, functionName: 'reporters' }),
    chain.client.readContract({ ...of, functionName: 'quorum' }),
  ])
  const balance = account === undefined ? 0n : await chain.client.getBalance({ address: account.address })
  if (account !== undefined) assertAccount(account.address, balance, reporters, config)
  // A vault of another asset has a ledger of its own, which no reporter can open a case at.
  const lmps = deployment.lmps
    .filter(({ lossLedger }) => isAddressEqual(lossLedger, contracts.ledger))
    .map(({ address }) => address)
  return { chain, deployment, contracts, lmps, reporters, quorum, account, balance }
}

/** The contract is the one whose reports this program knows how to compute and sign. */
async function assertVersion(client: PublicClient, contracts: Contracts, chainId: number): Promise<void> {
  const { oracle } = contracts
  const of = { address: oracle, abi: lossOracleAbi } as const
  const found = await Promise.all([
    readDomain(client, oracle),
    client.readContract({ ...of, functionName: 'ledger' }),
    client.readContract({ ...of, functionName: 'recovery' }),
  ]).catch((error: unknown) => {
    throw new StartupError(
      `lossOracle ${oracle} does not answer like a loss oracle (${oneLine(error)}): correct DEPLOYMENT_FILE`,
    )
  })
  const [{ name, version, ...domain }, ledger, recovery] = found
  if (name !== PRODUCT || version !== CONTRACT_VERSION) {
    throw new StartupError(
      `lossOracle ${oracle} is ${name} version ${version}, this program knows ${PRODUCT} version ${CONTRACT_VERSION}: run the release that belongs to the contract`,
    )
  }
  if (domain.chainId !== BigInt(chainId) || domain.verifyingContract !== oracle) {
    throw new StartupError(
      `lossOracle ${oracle} takes signatures for ${domain.verifyingContract} on chain ${domain.chainId}: correct DEPLOYMENT_FILE`,
    )
  }
  if (ledger !== contracts.ledger || recovery !== contracts.recovery) {
    throw new StartupError(
      `lossOracle ${oracle} works with the ledger ${ledger} and the recovery ${recovery}, the deployment file names others: correct DEPLOYMENT_FILE`,
    )
  }
}

function assertAccount(
  address: Address,
  balance: bigint,
  reporters: readonly Address[],
  { PERSONALITY }: OracleConfig,
): void {
  if (PERSONALITY.includes('reporter') && !reporters.includes(address)) {
    throw new StartupError(
      `the oracle's account ${address} is no reporter (they are ${reporters.join(', ')}): correct the key, have it appointed or set PERSONALITY to executor`,
    )
  }
  if (balance === 0n) {
    throw new StartupError(`the oracle's account ${address} holds no ETH: fund it or correct the key`)
  }
}
