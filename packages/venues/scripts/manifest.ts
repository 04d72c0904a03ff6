/**
 * Which venue contract comes from where. The bytecode of every entry is the one its authors published; `patch` is the
 * only place where it is changed, and a patched contract says so in its name.
 */

/** Creation bytecode that ships in a package. */
export interface Prebuilt {
  readonly name: string
  readonly package: string
  readonly file: string
  readonly patch?: Patch
}

/** Replaces an exact number of occurrences of a byte string, else the build fails. Both sides have the same length. */
export interface Patch {
  readonly from: string
  readonly to: string
  readonly count: number
}

/** A contract compiled here from the source that ships in a package, by a compiler its pragma accepts. */
export interface Compiled {
  readonly name: string
  readonly package: string
  readonly file: string
  readonly compiler: CompilerPackage
  /** The contract's name in its source, where `name` says whose it is. */
  readonly contract?: string
}

const balancer = (name: string, task: string): Prebuilt => ({
  name,
  package: '@balancer-labs/v2-deployments',
  file: `dist/tasks/${task}/artifact/${name}.json`,
})

const curve = (name: string, file: string, patch?: Patch): Prebuilt => ({
  name,
  package: '@setprotocol/set-protocol-v2',
  file: `external/abi/curve/${file}.json`,
  ...(patch ? { patch } : {}),
})

const uniswap = (name: string, part: 'core' | 'periphery'): Prebuilt => ({
  name,
  package: `@uniswap/v2-${part}`,
  file: `build/${name}.json`,
})

export const PREBUILT: readonly Prebuilt[] = [
  balancer('Authorizer', '20210418-authorizer'),
  balancer('Vault', '20210418-vault'),
  balancer('ProtocolFeePercentagesProvider', '20220725-protocol-fee-percentages-provider'),
  balancer('BalancerQueries', '20220721-balancer-queries'),
  balancer('ComposableStablePoolFactory', '20230206-composable-stable-pool-v3'),
  balancer('ComposableStablePool', '20230206-composable-stable-pool-v3'),
  balancer('WeightedPoolFactory', '20230206-weighted-pool-v3'),
  balancer('WeightedPool', '20230206-weighted-pool-v3'),

  balancer('TestBalancerToken', '20220325-test-balancer-token'),
  balancer('AuthorizerAdaptor', '20220325-authorizer-adaptor'),
  balancer('BalancerTokenAdmin', '20220325-balancer-token-admin'),
  balancer('VotingEscrow', '20220325-gauge-controller'),
  balancer('GaugeController', '20220325-gauge-controller'),
  balancer('BalancerMinter', '20220325-gauge-controller'),
  balancer('VeBoostV2', '20221205-veboost-v2'),
  balancer('LiquidityGaugeV5', '20220822-mainnet-gauge-factory-v2'),
  balancer('LiquidityGaugeFactory', '20220822-mainnet-gauge-factory-v2'),

  curve('CurveTokenV1', 'CurvePoolERC20'),
  curve('CurveStableSwap', 'Stableswap'),
  // The published pool is made for coins of 18, 6, 6, 18 decimals: coins 1 and 2 are multiplied by 1e12 (PUSH6). Here the
  // multiplier is 1 (still a PUSH6, so that no jump target moves) and every coin has 18 decimals.
  curve('CurveStableSwapPatched18', 'Stableswap', {
    from: '64e8d4a51000',
    to: '640000000001',
    count: 10,
  }),
  curve('CrvToken', 'CRVToken'),
  curve('CurveGaugeController', 'GaugeController'),
  curve('CurveMinter', 'Minter'),
  curve('CurveLiquidityGauge', 'LiquidityGauge'),

  uniswap('WETH9', 'periphery'),
  uniswap('UniswapV2Factory', 'core'),
  uniswap('UniswapV2Pair', 'core'),
  uniswap('UniswapV2Router02', 'periphery'),

  // It carries the code of its pools.
  {
    name: 'UniswapV3Factory',
    package: '@uniswap/v3-core',
    file: 'artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json',
  },
]

/** npm names of the compilers for `COMPILED`, and their settings. */
export const COMPILERS = {
  'solc-0.6.6': { optimizer: { enabled: true, runs: 1_000 } },
  // The one the contracts are built with.
  solc: { optimizer: { enabled: true, runs: 200 }, evmVersion: 'cancun' },
} as const
export type CompilerPackage = keyof typeof COMPILERS

const chainlink = (name: string): Compiled => ({
  name,
  package: '@chainlink/contracts',
  file: `src/v0.6/${name}.sol`,
  compiler: 'solc-0.6.6',
})

const aerodrome = (contract: string, folder = ''): Compiled => ({
  name: `Aerodrome${contract}`,
  contract,
  package: 'sphere-mezo-solidity-files',
  file: `domains/aerodrome/contracts/${folder}${contract}.sol`,
  compiler: 'solc',
})

export const COMPILED: readonly Compiled[] = [
  chainlink('FluxAggregator'),
  chainlink('EACAggregatorProxy'),

  // Factories hold the bytecode of what they make: gauges, fee vaults, voting rewards.
  aerodrome('Pool'),
  aerodrome('PoolFactory', 'factories/'),
  aerodrome('GaugeFactory', 'factories/'),
  aerodrome('VotingRewardsFactory', 'factories/'),
  aerodrome('ManagedRewardsFactory', 'factories/'),
  aerodrome('FactoryRegistry', 'factories/'),
  aerodrome('BalanceLogicLibrary', 'libraries/'),
  aerodrome('DelegationLogicLibrary', 'libraries/'),
  aerodrome('VotingEscrow'),
  aerodrome('Voter'),
  aerodrome('Aero'),
]

/** ABIs that TypeScript actors use: export name to artifact name. */
export const TYPED_ABIS: Readonly<Record<string, string>> = {
  balancerVaultAbi: 'Vault',
  composableStablePoolAbi: 'ComposableStablePool',
  weightedPoolAbi: 'WeightedPool',
  liquidityGaugeAbi: 'LiquidityGaugeV5',
  authorizerAdaptorAbi: 'AuthorizerAdaptor',
  curveStableSwapAbi: 'CurveStableSwapPatched18',
  curveTokenAbi: 'CurveTokenV1',
  uniswapV2PairAbi: 'UniswapV2Pair',
  uniswapV2RouterAbi: 'UniswapV2Router02',
  fluxAggregatorAbi: 'FluxAggregator',
  aggregatorProxyAbi: 'EACAggregatorProxy',
  weth9Abi: 'WETH9',
}
