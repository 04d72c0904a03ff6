import { backingPoolAbi, lossLedgerAbi } from '@headrace/abi'
import { contractAddress } from '@headrace/service'
import { type Address, erc20Abi, getAbiItem, maxUint256, parseEther } from 'viem'
import { accounts } from '../accounts.ts'
import { dayOf, vaultOf, type World } from '../world.ts'
import { type Deed, doDue } from './deeds.ts'

type Staker = 'staker0' | 'staker1' | 'staker2'

/** An exit asked for on this day is due 28 to 29 days later: after the loss of scenario `slashing`, within its freeze. */
const EXIT_DAY = 11

/** Holders of TOKE who back the vault, with TOKE of the treasury. */
export class Stakers {
  readonly #world: World
  readonly #toke: Address
  readonly #ledger: Address
  readonly #lmp: Address
  readonly #pool: Address
  readonly #deeds: Deed[]

  constructor(world: World) {
    this.#world = world
    this.#toke = contractAddress(world.deployment, 'toke')
    this.#ledger = contractAddress(world.deployment, 'lossLedger')
    const lmp = vaultOf(world, world.venues.weth)
    if (lmp.backing === undefined) throw new Error('the deployment has no backed LMP')
    this.#lmp = lmp.address
    this.#pool = lmp.backing.pool
    this.#deeds = this.#plan()
  }

  /** Gives everyone TOKE; two stake. */
  async open(): Promise<void> {
    for (const staker of ['staker0', 'staker1', 'staker2'] as const) {
      const call = { address: this.#toke, abi: erc20Abi } as const
      await this.#world.chain.send('treasury', {
        ...call,
        functionName: 'transfer',
        args: [accounts[staker], parseEther('1000000')],
      })
      await this.#world.chain.send(staker, {
        ...call,
        functionName: 'approve',
        args: [this.#pool, maxUint256],
      })
    }
    await this.#stake('staker0', '400000')
    await this.#stake('staker1', '200000')
  }

  async act(): Promise<string[]> {
    return doDue(this.#deeds, dayOf(this.#world, await this.#world.chain.now()))
  }

  #plan(): Deed[] {
    return [
      { day: EXIT_DAY, what: 'staker1 asks for its TOKE back', act: () => this.#requestExit('staker1') },
      {
        day: 45,
        what: 'staker2 stakes 300,000 TOKE',
        ready: async () => !(await this.#isFrozen()),
        act: () => this.#stake('staker2', '300000'),
      },
      {
        day: 46,
        what: 'staker1 takes its TOKE out',
        ready: async () => !(await this.#isFrozen()),
        act: () => this.#withdraw('staker1'),
      },
      {
        day: 47,
        what: 'staker0 claims its fees',
        act: () =>
          this.#world.chain.send('staker0', {
            address: this.#pool,
            abi: backingPoolAbi,
            functionName: 'claim',
            args: [accounts.staker0],
          }),
      },
    ]
  }

  async #isFrozen(): Promise<boolean> {
    const since = await this.#world.chain.client.readContract({
      address: this.#ledger,
      abi: lossLedgerAbi,
      functionName: 'frozenAt',
      args: [this.#lmp],
    })
    return since !== 0n
  }

  async #stake(staker: Staker, toke: string): Promise<void> {
    await this.#world.chain.send(staker, {
      address: this.#pool,
      abi: backingPoolAbi,
      functionName: 'stake',
      args: [parseEther(toke)],
    })
  }

  async #requestExit(staker: Staker): Promise<void> {
    const { chain } = this.#world
    const pool = { address: this.#pool, abi: backingPoolAbi } as const
    const shares = await chain.client.readContract({
      ...pool,
      functionName: 'sharesOf',
      args: [accounts[staker]],
    })
    await chain.send(staker, { ...pool, functionName: 'requestExit', args: [shares] })
  }

  /** Of every bucket it is in. */
  async #withdraw(staker: Staker): Promise<void> {
    const { client, send } = this.#world.chain
    const exits = await client.getLogs({
      address: this.#pool,
      event: getAbiItem({ abi: backingPoolAbi, name: 'ExitRequested' }),
      args: { account: accounts[staker] },
      strict: true,
      fromBlock: this.#world.deployment.startBlock,
    })
    for (const { args } of exits) {
      await send(staker, {
        address: this.#pool,
        abi: backingPoolAbi,
        functionName: 'withdraw',
        args: [args.day, accounts[staker]],
      })
    }
  }
}
