import { lmpAbi, lmpRouterAbi } from '@headrace/abi'
import { contractAddress } from '@headrace/service'
import { type Address, BaseError, ContractFunctionRevertedError, erc20Abi, maxUint256 } from 'viem'
import { type Actor, accounts } from '../accounts.ts'
import type { World } from '../world.ts'

/** Blocks of the devnet can be hours apart. */
const DEADLINE_SECONDS = 86_400n
/** What a price may move between the look at it and the transaction, and what rounding takes. */
const SLIPPAGE_BPS = 10n

/** Into and out of a vault as people go: through the router, which reports when the amount needs it. */
export class VaultDoor {
  readonly #world: World
  readonly #lmp: Address
  readonly #router: Address

  constructor(world: World, lmp: Address) {
    this.#world = world
    this.#lmp = lmp
    this.#router = contractAddress(world.deployment, 'router')
  }

  /** Lets the router take the actor's assets and shares. */
  async approve(actor: Actor, asset: Address): Promise<void> {
    for (const address of [asset, this.#lmp]) {
      const call = {
        address,
        abi: erc20Abi,
        functionName: 'approve',
        args: [this.#router, maxUint256],
      } as const
      await this.#world.chain.send(actor, call)
    }
  }

  /** Shares `assets` buy now, after the report the router may make; undefined when the vault refuses: it is closed or full. */
  async quote(actor: Actor, assets: bigint): Promise<bigint | undefined> {
    const found = await unlessReverted(async () =>
      this.#world.chain.client.simulateContract({
        account: accounts[actor],
        ...(await this.#depositCall(actor, assets, 0n)),
      }),
    )
    return found?.result
  }

  async deposit(actor: Actor, assets: bigint): Promise<void> {
    const shares = await this.quote(actor, assets)
    if (shares === undefined) throw new Error(`${actor}: the vault takes no deposit of ${assets}`)
    const minimum = shares - (shares * SLIPPAGE_BPS) / 10_000n
    await this.#world.chain.send(actor, await this.#depositCall(actor, assets, minimum))
  }

  /** Leaves with half of the actor's shares, as idle assets and the LP tokens of every pool. */
  async leaveInKind(actor: Actor): Promise<void> {
    const { chain } = this.#world
    const shares = await chain.client.readContract({
      address: this.#lmp,
      abi: lmpAbi,
      functionName: 'balanceOf',
      args: [accounts[actor]],
    })
    const exit = {
      lmp: this.#lmp,
      shares: shares / 2n,
      receiver: accounts[actor],
      unwrap: true,
      kept: [],
      minimums: [],
      deadline: await this.#deadline(),
    }
    await chain.send(actor, {
      address: this.#router,
      abi: lmpRouterAbi,
      functionName: 'redeemInKind',
      args: [exit],
    })
  }

  /** Leaves with so much more than the vault has idle: the exit queue sells the rest. Undefined when it refuses now. */
  async quoteBeyondIdle(actor: Actor, more: bigint): Promise<{ shares: bigint; assets: bigint } | undefined> {
    const { client } = this.#world.chain
    const lmp = { address: this.#lmp, abi: lmpAbi } as const
    const { idle } = await client.readContract({ ...lmp, functionName: 'book' })
    const shares = await client.readContract({
      ...lmp,
      functionName: 'convertToShares',
      args: [idle + more],
    })
    const result = await unlessReverted(async () =>
      client.simulateContract({
        account: accounts[actor],
        ...(await this.#redeemCall(actor, shares, 0n)),
      }),
    )
    return result && { shares, assets: result.result }
  }

  async leaveBeyondIdle(actor: Actor, more: bigint): Promise<void> {
    const quote = await this.quoteBeyondIdle(actor, more)
    if (quote === undefined) throw new Error(`${actor}: the vault lets nobody out beyond what is idle`)
    const minimum = quote.assets - (quote.assets * SLIPPAGE_BPS) / 10_000n
    await this.#world.chain.send(actor, await this.#redeemCall(actor, quote.shares, minimum))
  }

  async #redeemCall(actor: Actor, shares: bigint, minimum: bigint) {
    return {
      address: this.#router,
      abi: lmpRouterAbi,
      functionName: 'redeem',
      args: [this.#lmp, shares, accounts[actor], minimum, await this.#deadline()],
    } as const
  }

  async #depositCall(actor: Actor, assets: bigint, minimum: bigint) {
    return {
      address: this.#router,
      abi: lmpRouterAbi,
      functionName: 'deposit',
      args: [this.#lmp, assets, accounts[actor], minimum, await this.#deadline()],
    } as const
  }

  async #deadline(): Promise<bigint> {
    return (await this.#world.chain.now()) + DEADLINE_SECONDS
  }
}

async function unlessReverted<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    const reverted =
      error instanceof BaseError && error.walk((e) => e instanceof ContractFunctionRevertedError) !== null
    if (reverted) return undefined
    throw error
  }
}
