import { CurveGauge } from './actors/curve-gauge.ts'
import { DollarMarket } from './actors/dollars.ts'
import { Feeds } from './actors/feeds.ts'
import { dollarGauge, Gauge, wethGauge } from './actors/gauge.ts'
import { Issuer } from './actors/issuer.ts'
import { Market } from './actors/market.ts'
import type { World } from './world.ts'

/** Whoever does something on a day of the run, and says what. */
export interface Person {
  act(): Promise<string[]>
}

/** Moves block time and lets every actor live through the jump: the feeds first, so that nothing looks stale. */
export class Clock {
  readonly #world: World
  readonly #feeds: Feeds
  readonly #issuer: Issuer
  readonly #markets: readonly (Market | DollarMarket)[]
  readonly #gauges: readonly (Gauge | CurveGauge)[]

  constructor(world: World) {
    this.#world = world
    this.#feeds = new Feeds(world)
    this.#issuer = new Issuer(world)
    this.#markets = [new Market(world), new DollarMarket(world)]
    this.#gauges = [
      new Gauge(world, wethGauge(world.venues), 7),
      new Gauge(world, dollarGauge(world.venues), 0),
      new CurveGauge(world),
    ]
  }

  /** Before the first jump. */
  async open(): Promise<void> {
    for (const market of this.#markets) await market.stockUp()
    for (const gauge of this.#gauges) await gauge.stakeOthers()
    await this.settle([])
  }

  async jump(seconds: number, people: readonly Person[]): Promise<string[]> {
    const { test } = this.#world.chain
    await test.increaseTime({ seconds })
    await test.mine({ blocks: 1 })
    return this.settle(people)
  }

  async settle(people: readonly Person[]): Promise<string[]> {
    await this.#feeds.push()
    await this.#issuer.act()
    for (const gauge of this.#gauges) await gauge.act()
    for (const market of this.#markets) await market.act()
    const said: string[] = []
    for (const person of people) said.push(...(await person.act()))
    return said
  }
}
