import { join } from 'node:path'
import { awaitReceipt } from '@headrace/chain'
import type { TestNode } from '@headrace/chaos-rpc/anvil'
import { artifact, type Code, compileFixtures, venueArtifact } from '@headrace/foundry/artifacts'
import type { Deployment } from '@headrace/service'
import {
  type Abi,
  type Address,
  createPublicClient,
  createWalletClient,
  getAddress,
  http,
  type PublicClient,
  parseEther,
  zeroAddress,
} from 'viem'
import { foundry } from 'viem/chains'
import { deployBacking } from './backing-world.ts'

/** First account of every anvil. */
const ADMIN: Address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
/** Another account of every anvil. */
const STAKER: Address = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const DAY = 86_400

export interface Contract {
  readonly address: Address
  readonly abi: Abi
}

/** The real vault, ledger, reactors and registry on a real chain, surrounded by fixtures. */
export class World {
  readonly admin = ADMIN
  readonly staker = STAKER
  readonly client: PublicClient
  /** Called after every block a test makes. */
  onBlock: () => Promise<void> = async () => undefined
  readonly #node: TestNode
  readonly #wallet

  constructor(node: TestNode) {
    this.#node = node
    // Without a cache: tests look at the block they just made.
    this.client = createPublicClient({ transport: http(node.url), cacheTime: 0, pollingInterval: 20 })
    this.#wallet = createWalletClient({ account: ADMIN, chain: foundry, transport: http(node.url) })
  }

  async deploy({ abi, bytecode }: Code, ...args: unknown[]): Promise<Contract> {
    const hash = await this.#wallet.deployContract({ abi, bytecode, args })
    const { contractAddress, status } = await awaitReceipt(this.client, hash)
    if (!contractAddress || status !== 'success') throw new Error('a deployment failed')
    return { address: getAddress(contractAddress), abi }
  }

  send(contract: Contract, functionName: string, ...args: unknown[]): Promise<void> {
    return this.sendAs(ADMIN, contract, functionName, ...args)
  }

  async sendAs(
    account: Address,
    { address, abi }: Contract,
    functionName: string,
    ...args: unknown[]
  ): Promise<void> {
    const gas = 20_000_000n
    const hash = await this.#wallet.writeContract({ account, address, abi, functionName, args, gas })
    const { status } = await awaitReceipt(this.client, hash)
    if (status !== 'success') throw new Error(`${functionName} reverted`)
    await this.onBlock()
  }

  read({ address, abi }: Contract, functionName: string, ...args: unknown[]): Promise<unknown> {
    return this.client.readContract({ address, abi, functionName, args })
  }

  async mine(blocks: number): Promise<void> {
    await this.#node.rpc('anvil_mine', `0x${blocks.toString(16)}`)
  }

  /** Lets time pass and mines a block at the new time. */
  async pass(seconds: number): Promise<void> {
    await this.#node.rpc('evm_increaseTime', seconds)
    await this.mine(1)
    await this.onBlock()
  }

  /** Replaces the last `depth` blocks by as many empty ones. */
  async reorg(depth: number): Promise<void> {
    await this.#node.rpc('anvil_reorg', depth, [])
  }
}

export interface Protocol {
  readonly deployment: Deployment
  readonly weth: Contract
  readonly abc: Contract
  readonly feed: Contract
  readonly lmp: Contract
  readonly configurator: Contract
  /** Reports before it goes on where the vault's flow budget would not do. */
  readonly router: Contract
  readonly signals: Contract
  readonly destinations: readonly [Contract, Contract]
  readonly solver: Contract
  readonly toke: Contract
  readonly pool: Contract
  readonly splitters: readonly [Contract, Contract]
  readonly oracle: Contract
  readonly recovery: Contract
  /** Nobody backs it. */
  readonly bare: Contract
  readonly manager: Contract
  readonly reserve: Contract
  readonly limits: Contract
  readonly auction: Contract
  readonly registry: Contract
  readonly tokenReactor: Contract
  readonly pairReactor: Contract
}

/** Deploys all of it; nothing has happened in it yet. */
export async function deployProtocol(world: World): Promise<Protocol> {
  const fixture = compileFixtures(join(import.meta.dirname, 'Fixtures.sol'))
  const { admin, client } = world
  const startBlock = (await client.getBlockNumber()) + 1n
  const access = await world.deploy(artifact('AccessManager'), admin)
  const weth = await world.deploy(fixture('TokenFixture'), 'WETH', 18)
  const abc = await world.deploy(fixture('TokenFixture'), 'ABC', 18)
  const feed = await world.deploy(fixture('FeedFixture'), 50_000n)
  const registry = await world.deploy(artifact('PriceRegistry'), access.address, weth.address)
  await world.send(registry, 'setSource', abc.address, feed.address, 30 * DAY, zeroAddress)
  const signals = await world.deploy(artifact('Signals'))
  const gate = await world.deploy(fixture('GateFixture'))
  const cap = parseEther('10000')
  const lossPrices = await world.deploy(artifact('LossPrices'), registry.address)
  const lossLedger = await world.deploy(artifact('LossLedger'), access.address, lossPrices.address)
  const limits = await world.deploy(artifact('Limits'), access.address, signals.address)
  const auction = await world.deploy(artifact('DutchAuction'), access.address)
  const lens = await world.deploy(artifact('LmpLens'))
  const pricing = {
    priceRegistry: registry.address,
    lossPrices: lossPrices.address,
    lossLedger: lossLedger.address,
  }
  const configurator = await world.deploy(artifact('LmpConfigurator'), access.address)
  const vault = (name: string, symbol: string) =>
    world.deploy(artifact('LMP'), {
      asset: weth.address,
      name,
      symbol,
      configurator: configurator.address,
      gate: gate.address,
      lossLedger: lossLedger.address,
      feeBps: 2_000n,
      feeRecipient: access.address,
      cap,
    })
  const lmp = await vault('Vault', 'hrETH')
  const bare = await vault('Bare', 'hrBARE')
  const losses = { access, lossLedger, lmp, configurator }
  const { toke, pool, splitters, oracle, recovery } = await deployBacking(world, fixture, losses)
  const [first, second] = [
    await world.deploy(fixture('DestinationFixture'), lmp.address, abc.address),
    await world.deploy(fixture('DestinationFixture'), lmp.address, abc.address),
  ]
  for (const { address } of [first, second]) {
    await world.send(configurator, 'addDestination', lmp.address, address)
  }
  const vaults = await world.deploy(fixture('FactoryFixture'))
  const router = await world.deploy(artifact('LmpRouter'), vaults.address, weth.address)
  const solver = await world.deploy(fixture('SolverFixture'))

  const { timestamp } = await client.getBlock()
  const firstEnd = timestamp + BigInt(7 * DAY)
  const ledger = [access.address, registry.address, 7 * DAY, firstEnd]
  const manager = await world.deploy(artifact('CycleManager'), ...ledger)
  const reserve = {
    address: getAddress(String(await world.read(manager, 'reserve'))),
    abi: artifact('Reserve').abi,
  }
  const reactor = (asset: Contract, symbol: string) =>
    world.deploy(artifact('Reactor'), asset.address, manager.address, symbol, symbol)
  const tokenReactor = await reactor(abc, 'tABC')
  const pairReactor = await reactor(weth, 'tWETH')
  await world.send(manager, 'addReactor', tokenReactor.address, false, parseEther('0.5'))
  await world.send(manager, 'addReactor', pairReactor.address, true, parseEther('0.5'))

  const factory = await world.deploy(venueArtifact('UniswapV2Factory'), zeroAddress)
  await world.send(factory, 'createPair', abc.address, weth.address)
  const pair = {
    address: getAddress(String(await world.read(factory, 'getPair', abc.address, weth.address))),
    abi: venueArtifact('UniswapV2Pair').abi,
  }
  await world.send(abc, 'mint', pair.address, parseEther('1000000'))
  await world.send(weth, 'mint', pair.address, parseEther('500'))
  await world.send(pair, 'mint', admin)
  const adapter = await world.deploy(artifact('UniswapV2Venue'), manager.address, pair.address, abc.address)
  await world.send(manager, 'addPosition', adapter.address, 0, 1, parseEther('3'))

  for (const token of [weth, abc]) {
    await world.send(token, 'mint', admin, parseEther('1000000'))
    for (const spender of [lmp, router, tokenReactor, pairReactor, reserve]) {
      await world.send(token, 'approve', spender.address, parseEther('1000000000'))
    }
  }

  await world.send(lmp, 'approve', router.address, parseEther('1000000000'))
  for (const account of [admin, world.staker]) {
    await world.send(toke, 'mint', account, parseEther('1000000'))
    await world.sendAs(account, toke, 'approve', pool.address, parseEther('1000000000'))
  }

  const token = ({ address }: Contract, symbol: string) => ({ address, symbol, decimals: 18 })
  const destination = ({ address }: Contract, name: string) => ({ address, venue: 'fixture', name })
  return {
    weth,
    abc,
    feed,
    lmp,
    configurator,
    router,
    signals,
    destinations: [first, second],
    solver,
    toke,
    pool,
    splitters,
    oracle,
    recovery,
    bare,
    manager,
    reserve,
    limits,
    auction,
    registry,
    tokenReactor,
    pairReactor,
    deployment: {
      chainId: await client.getChainId(),
      startBlock,
      contracts: {
        accessManager: access.address,
        priceRegistry: registry.address,
        signals: signals.address,
        rebalanceGate: gate.address,
        cycleManager: manager.address,
        reserve: reserve.address,
        lossPrices: lossPrices.address,
        lossLedger: lossLedger.address,
        lossOracle: oracle.address,
        recovery: recovery.address,
        limits: limits.address,
        auction: auction.address,
        lens: lens.address,
      },
      lmps: [
        {
          address: lmp.address,
          asset: weth.address,
          ...pricing,
          destinations: [destination(first, 'first'), destination(second, 'second')],
          backing: {
            pool: pool.address,
            performanceSplitter: splitters[0].address,
            managementSplitter: splitters[1].address,
            mode: 'slashing',
          },
        },
        { address: bare.address, asset: weth.address, ...pricing, destinations: [] },
      ],
      reactors: [
        { address: tokenReactor.address, asset: abc.address, symbol: 'tABC', kind: 'token' },
        { address: pairReactor.address, asset: weth.address, symbol: 'tWETH', kind: 'pair' },
      ],
      positions: [],
      tokens: [
        token(weth, 'WETH'),
        token(abc, 'ABC'),
        token(lmp, 'hrETH'),
        token(bare, 'hrBARE'),
        token(tokenReactor, 'tABC'),
        token(pairReactor, 'tWETH'),
      ],
    },
  }
}
