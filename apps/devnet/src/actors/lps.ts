import { reactorAbi, reserveAbi } from '@headrace/abi'
import { type Address, erc20Abi, maxUint256, parseEther, parseUnits } from 'viem'
import { type Actor, accounts } from '../accounts.ts'
import { dayOf, vaultOf, type World } from '../world.ts'
import { type Deed, doDue } from './deeds.ts'
import { giveWeth, mint } from './funding.ts'
import { VaultDoor } from './vault.ts'

const dollars = (amount: string) => parseUnits(amount, 6)

/** Depositors of the vaults and of the two reactors, and the treasury that fills the reserve. */
export class Lps {
  readonly #world: World
  readonly #deeds: Deed[]
  readonly #vault: VaultDoor
  readonly #dollars: VaultDoor
  readonly #tokenReactor: Address
  readonly #pairReactor: Address
  deposits = 0

  constructor(world: World) {
    this.#world = world
    const { reactors } = world.deployment
    const [token, pair] = [reactors.find((r) => r.kind === 'token'), reactors.find((r) => r.kind === 'pair')]
    if (token === undefined || pair === undefined) {
      throw new Error('the deployment has no token reactor or pair reactor')
    }
    this.#vault = new VaultDoor(world, vaultOf(world, world.venues.weth).address)
    this.#dollars = new VaultDoor(world, vaultOf(world, world.venues.usd.usdc).address)
    this.#tokenReactor = token.address
    this.#pairReactor = pair.address
    this.#deeds = this.#plan()
  }

  /** Funds everyone, fills the reserve and makes the first deposits. */
  async open(): Promise<void> {
    const { chain, venues } = this.#world
    for (const actor of ['lp0', 'lp1', 'lp2', 'treasury'] as const) {
      await giveWeth(chain, venues.weth, actor, parseEther('5000'))
      await mint(chain, venues.abc, actor, parseEther('500000'))
      for (const token of [venues.weth, venues.abc]) {
        for (const spender of [this.#tokenReactor, this.#pairReactor, this.#reserve()]) {
          await chain.send(actor, {
            address: token,
            abi: erc20Abi,
            functionName: 'approve',
            args: [spender, maxUint256],
          })
        }
      }
      await this.#vault.approve(actor, venues.weth)
      await mint(chain, venues.usd.usdc, actor, dollars('2000000'))
      await this.#dollars.approve(actor, venues.usd.usdc)
    }
    await this.#contribute(0, parseEther('60000'))
    await this.#contribute(1, parseEther('400'))
    // A fifth of the vault may move a day: early it must be invested within a week, which a large one's price impact forbids.
    const [most, less] = this.#world.history.early ? ['200', '100'] : ['1000', '500']
    for (const [actor, ether] of [
      ['lp0', most],
      ['lp1', less],
    ] as const) {
      await this.#depositLmp(actor, ether)
    }
    await this.#depositDollars('lp0', this.#world.history.early ? '100000' : '300000')
    await this.#depositDollars('lp1', this.#world.history.early ? '50000' : '150000')
    await this.#depositReactor('lp0', this.#tokenReactor, '100000')
    await this.#depositReactor('lp1', this.#pairReactor, '800')
  }

  /** Does what is due and says what it did. */
  async act(): Promise<string[]> {
    return doDue(this.#deeds, dayOf(this.#world, await this.#world.chain.now()))
  }

  #plan(): Deed[] {
    return [
      {
        day: 32,
        what: 'lp2 deposits 50 WETH into the vault',
        ready: () => this.#canDeposit('lp2', '50'),
        act: () => this.#depositLmp('lp2', '50'),
      },
      {
        day: 33,
        what: 'lp2 deposits 5,000 ABC into the reactor',
        act: () => this.#depositReactor('lp2', this.#tokenReactor, '5000'),
      },
      {
        day: 34,
        what: 'lp0 asks for 2,000 tABC back',
        act: () => this.#request('lp0', this.#tokenReactor, '2000'),
      },
      {
        day: 35,
        what: 'lp1 asks for 20 tWETH back',
        act: () => this.#request('lp1', this.#pairReactor, '20'),
      },
      { day: 39, what: 'lp0 claims its ABC', act: () => this.#claim('lp0', this.#tokenReactor) },
      { day: 40, what: 'lp1 claims its WETH', act: () => this.#claim('lp1', this.#pairReactor) },
      {
        day: 38,
        what: 'lp2 deposits 20,000 USDC into the dollar vault',
        ready: async () => (await this.#dollars.quote('lp2', dollars('20000'))) !== undefined,
        act: () => this.#depositDollars('lp2', '20000'),
      },
      {
        day: 41,
        what: 'lp2 leaves the vault in kind with half of its shares',
        act: () => this.#vault.leaveInKind('lp2'),
      },
      {
        day: 42,
        what: 'lp0 leaves the vault with 20 WETH more than it has idle',
        ready: async () => (await this.#vault.quoteBeyondIdle('lp0', parseEther('20'))) !== undefined,
        act: () => this.#vault.leaveBeyondIdle('lp0', parseEther('20')),
      },
      {
        day: 42,
        what: 'lp1 leaves the dollar vault with 10,000 USDC more than it has idle',
        ready: async () => (await this.#dollars.quoteBeyondIdle('lp1', dollars('10000'))) !== undefined,
        act: () => this.#dollars.leaveBeyondIdle('lp1', dollars('10000')),
      },
      {
        day: 44,
        what: 'lp2 leaves the dollar vault in kind with half of its shares',
        act: () => this.#dollars.leaveInKind('lp2'),
      },
      {
        day: 43,
        what: 'lp1 deposits 200 WETH into the vault',
        ready: () => this.#canDeposit('lp1', '200'),
        act: () => this.#depositLmp('lp1', '200'),
      },
      {
        day: 46,
        what: 'lp0 deposits 10,000 ABC into the reactor',
        act: () => this.#depositReactor('lp0', this.#tokenReactor, '10000'),
      },
    ]
  }

  #reserve(): Address {
    const reserve = this.#world.deployment.contracts.reserve
    if (reserve === undefined) throw new Error('the deployment has no reserve')
    return reserve
  }

  async #contribute(reactor: number, amount: bigint): Promise<void> {
    await this.#world.chain.send('treasury', {
      address: this.#reserve(),
      abi: reserveAbi,
      functionName: 'contribute',
      args: [BigInt(reactor), amount],
    })
  }

  /** It does not while a loss is decided. */
  async #canDeposit(actor: Actor, ether: string): Promise<boolean> {
    return (await this.#vault.quote(actor, parseEther(ether))) !== undefined
  }

  async #depositLmp(actor: Actor, ether: string): Promise<void> {
    await this.#vault.deposit(actor, parseEther(ether))
    this.deposits += 1
  }

  async #depositDollars(actor: Actor, amount: string): Promise<void> {
    await this.#dollars.deposit(actor, dollars(amount))
    this.deposits += 1
  }

  async #depositReactor(actor: Actor, reactor: Address, amount: string): Promise<void> {
    await this.#world.chain.send(actor, {
      address: reactor,
      abi: reactorAbi,
      functionName: 'deposit',
      args: [parseEther(amount), accounts[actor]],
    })
    this.deposits += 1
  }

  async #request(actor: Actor, reactor: Address, shares: string): Promise<void> {
    await this.#world.chain.send(actor, {
      address: reactor,
      abi: reactorAbi,
      functionName: 'requestRedeem',
      args: [parseEther(shares), accounts[actor], accounts[actor]],
    })
  }

  async #claim(actor: Actor, reactor: Address): Promise<void> {
    const { chain } = this.#world
    const claimable = await chain.client.readContract({
      address: reactor,
      abi: reactorAbi,
      functionName: 'maxRedeem',
      args: [accounts[actor]],
    })
    if (claimable === 0n) return
    await chain.send(actor, {
      address: reactor,
      abi: reactorAbi,
      functionName: 'redeem',
      args: [claimable, accounts[actor], accounts[actor]],
    })
  }
}
