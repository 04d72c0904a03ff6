import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lossLedgerAbi, lossOracleAbi } from '@headrace/abi'
import { awaitReceipt } from '@headrace/chain'
import { startAnvil, type TestNode } from '@headrace/chaos-rpc/anvil'
import { artifact, type Code, compileFixtures } from '@headrace/foundry/artifacts'
import {
  type Abi,
  type Address,
  createPublicClient,
  createWalletClient,
  getAddress,
  type Hex,
  http,
  type PublicClient,
  parseEther,
  toFunctionSelector,
  toHex,
} from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import type { LossReport } from '../../src/report.ts'

/** First account of every anvil. */
const ADMIN: Address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const LOSS_ROLE = 5n
export const HOUR = 3_600n
/** Small, and not lost in the value per share. */
export const GWEI = 10n ** 9n
export const SUPPLY = parseEther('1000')

/** Keys of this world's reporters and executor; they hold nothing anywhere else. */
const keyOf = (n: number): Hex => toHex(0xacc0_0000 + n, { size: 32 })

export interface Contract {
  readonly address: Address
  readonly abi: Abi
}

export interface Vault {
  readonly fixture: Contract
  readonly address: Address
}

/** The real ledger, oracle, recovery and pools on a real chain, around vaults whose value the test sets. */
export class World {
  readonly admin = ADMIN
  readonly node: TestNode
  readonly client: PublicClient
  readonly dir = mkdtempSync(join(tmpdir(), 'oracle-test-'))
  readonly code = compileFixtures(join(import.meta.dirname, 'Fixtures.sol'))
  readonly reporters: readonly PrivateKeyAccount[]
  readonly executor = privateKeyToAccount(keyOf(99))
  readonly #wallet
  #contracts: Record<'access' | 'toke' | 'asset' | 'ledger' | 'recovery' | 'oracle', Contract> | undefined
  #files = 0

  private constructor(node: TestNode, reporters: number) {
    this.node = node
    this.client = createPublicClient({ transport: http(node.url), cacheTime: 0, pollingInterval: 20 })
    this.#wallet = createWalletClient({ account: ADMIN, chain: foundry, transport: http(node.url) })
    this.reporters = Array.from({ length: reporters }, (_, n) => privateKeyToAccount(keyOf(n)))
  }

  static async start({ reporters = 3, quorum = 2, finality = 2 } = {}): Promise<World> {
    const world = new World(await startAnvil('--slots-in-an-epoch', String(finality / 2)), reporters)
    try {
      await world.#deployAll(quorum)
    } catch (error) {
      await world.stop()
      throw error
    }
    return world
  }

  get contracts() {
    if (this.#contracts === undefined) throw new Error('the world is not deployed')
    return this.#contracts
  }

  async #deployAll(quorum: number): Promise<void> {
    const [access, toke, asset] = [
      await this.deploy(artifact('AccessManager'), ADMIN),
      await this.deploy(artifact('TOKE'), ADMIN),
      await this.deploy(artifact('TOKE'), ADMIN),
    ]
    // Prices are asked for destinations only, and there are none.
    const ledger = await this.deploy(artifact('LossLedger'), access.address, access.address)
    const recovery = await this.deploy(artifact('Recovery'), access.address, ledger.address, toke.address)
    const reporters = this.reporters.map(({ address }) => address)
    const oracle = await this.deploy(
      artifact('LossOracle'),
      ...[access.address, ledger.address, recovery.address, reporters, quorum],
    )
    this.#contracts = { access, toke, asset, ledger, recovery, oracle }
    await this.#allow(ledger, 'execute(address,uint256,uint256)', 'reject(address)', REDUCE)
    await this.#allow(recovery, 'open(address,address,uint256,uint256,uint256,uint256,uint256)')
    for (const { address } of [oracle, recovery]) await this.send(access, 'grantRole', LOSS_ROLE, address, 0)
    for (const { address } of [...this.reporters, this.executor]) {
      await this.node.rpc('anvil_setBalance', address, toHex(parseEther('10')))
    }
  }

  async #allow(target: Contract, ...signatures: string[]): Promise<void> {
    const selectors = signatures.map((signature) => toFunctionSelector(signature))
    await this.send(this.contracts.access, 'setTargetFunctionRole', target.address, selectors, LOSS_ROLE)
  }

  /** A vault at par with a pool that backs it. */
  async vault(): Promise<Vault> {
    const { access, asset, toke, ledger, oracle } = this.contracts
    const fixture = await this.deploy(this.code('VaultFixture'), asset.address, ledger.address, SUPPLY)
    const pool = await this.deploy(
      artifact('BackingPool'),
      ...[access.address, toke.address, fixture.address, 0],
    )
    await this.#allow(pool, 'slash(uint256,address)')
    await this.send(oracle, 'setBacking', fixture.address, pool.address)
    await this.send(toke, 'approve', pool.address, parseEther('1000000'))
    await this.send(pool, 'stake', parseEther('1000'))
    return { fixture, address: fixture.address }
  }

  async deploy({ abi, bytecode }: Code, ...args: unknown[]): Promise<Contract> {
    const hash = await this.#wallet.deployContract({ abi, bytecode, args, gas: 12_000_000n })
    const { contractAddress, status } = await awaitReceipt(this.client, hash)
    if (!contractAddress || status !== 'success') throw new Error('a deployment failed')
    return { address: getAddress(contractAddress), abi }
  }

  async send({ address, abi }: Contract, functionName: string, ...args: unknown[]): Promise<void> {
    const hash = await this.#wallet.writeContract({ address, abi, functionName, args, gas: 12_000_000n })
    const { status } = await awaitReceipt(this.client, hash)
    if (status !== 'success') throw new Error(`${functionName} reverted`)
  }

  /** A checkpoint of the vault, worth `idle`, `seconds` after the last block. */
  async checkpoint({ fixture }: Vault, idle: bigint, seconds: bigint): Promise<void> {
    await this.node.rpc('evm_increaseTime', Number(seconds))
    await this.send(fixture, 'reportAt', idle)
  }

  /** Two checkpoints at par, which set the mark. */
  async mark(vault: Vault): Promise<void> {
    for (let i = 0; i < 2; i++) await this.checkpoint(vault, SUPPLY, HOUR)
  }

  /** A window of checkpoints with a loss of 10% and less. */
  async loss(vault: Vault, idle = (SUPPLY * 9n) / 10n): Promise<void> {
    for (let i = 0n; i < 5n; i++) await this.checkpoint(vault, idle + i * GWEI, 6n * HOUR)
  }

  async pass(seconds: bigint): Promise<void> {
    await this.node.rpc('evm_increaseTime', Number(seconds))
    await this.mine(1)
  }

  async mine(blocks: number): Promise<void> {
    await this.node.rpc('anvil_mine', toHex(blocks))
  }

  openCase(lmp: Address) {
    return this.client.readContract({
      address: this.contracts.oracle.address,
      abi: lossOracleAbi,
      functionName: 'openCase',
      args: [lmp],
    })
  }

  ledgerState(lmp: Address) {
    return this.client.readContract({
      address: this.contracts.ledger.address,
      abi: lossLedgerAbi,
      functionName: 'state',
      args: [lmp],
    })
  }

  /** What the contract says an honest reporter signs, at a block or now. */
  truth(lmp: Address, blockHash?: Hex): Promise<LossReport> {
    const at = blockHash === undefined ? {} : ({ blockHash, requireCanonical: true } as const)
    return this.client.readContract({
      address: this.contracts.oracle.address,
      abi: lossOracleAbi,
      functionName: 'currentReport',
      args: [lmp],
      ...at,
    })
  }

  casesOpened(lmp: Address) {
    return this.client.getContractEvents({
      address: this.contracts.oracle.address,
      abi: lossOracleAbi,
      eventName: 'CaseOpened',
      args: { lmp },
      fromBlock: 0n,
    })
  }

  /** A file of this world. */
  file(name: string, text: string, mode = 0o600): string {
    this.#files += 1
    const path = join(this.dir, `${this.#files}-${name}`)
    writeFileSync(path, text, { mode })
    return path
  }

  keyFile(n: number): string {
    return this.file('key', `${keyOf(n)}\n`)
  }

  deployment(vaults: readonly Vault[], change: object = {}): string {
    const { oracle, ledger, recovery, asset } = this.contracts
    return this.file(
      'deployment.json',
      JSON.stringify({
        chainId: foundry.id,
        startBlock: 0,
        contracts: {
          lossOracle: oracle.address,
          lossLedger: ledger.address,
          recovery: recovery.address,
        },
        lmps: vaults.map(({ address }) => ({
          ...{ address, asset: asset.address, destinations: [] },
          ...{ priceRegistry: asset.address, lossPrices: asset.address, lossLedger: ledger.address },
        })),
        reactors: [],
        positions: [],
        tokens: [],
        ...change,
      }),
    )
  }

  async stop(): Promise<void> {
    await this.node.stop()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

const REDUCE = 'reduceCover(address,uint256,uint256)'
