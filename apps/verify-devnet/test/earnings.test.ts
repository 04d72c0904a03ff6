import { expect, it } from 'vitest'
import { type AuctionEvent, follow, type Harvested } from '../src/checks/earnings.ts'
import type { VaultEvent } from '../src/replay/vault.ts'
import { address, hash } from './events.ts'

const AUCTION = address(1)
const VAULT = address(2)
const OTHER = address(3)
const DESTINATION = address(4)
const TOKEN = address(5)
const BUYER = address(6)
const at = (n: number) => ({ block: BigInt(n), tx: hash(n) })
const harvested = (n: number, amount: bigint): Harvested => ({
  ...at(n),
  ...{ address: DESTINATION, eventName: 'Harvested', args: { token: TOKEN, amount } },
})
const consigned = (n: number, amount: bigint, seller = VAULT): AuctionEvent => ({
  ...at(n),
  ...{ address: AUCTION, eventName: 'Consigned', args: { seller, token: TOKEN, from: DESTINATION, amount } },
})
const bought = (n: number, amount: bigint, payment: bigint, seller = VAULT): AuctionEvent => ({
  ...at(n),
  ...{
    address: AUCTION,
    eventName: 'Bought',
    args: { seller, token: TOKEN, buyer: BUYER, receiver: BUYER, amount, payment, price: 1n },
  },
})
const pushed = (n: number, assets: bigint): AuctionEvent => ({
  ...at(n),
  ...{ address: AUCTION, eventName: 'Pushed', args: { seller: VAULT, assets } },
})
const profit = (n: number, assets: bigint, from = AUCTION): VaultEvent => ({
  ...at(n),
  ...{ address: VAULT, eventName: 'ProfitAdded', args: { from, assets } },
})

const run = () => ({
  events: [
    ...[consigned(1, 100n), consigned(1, 7n, OTHER), bought(2, 60n, 6n), bought(2, 7n, 1n, OTHER)],
    ...[pushed(3, 6n), bought(4, 30n, 3n)],
  ],
  harvests: [harvested(1, 100n)],
  own: [profit(3, 6n), profit(3, 50n, BUYER)],
})
const faults = (change: (story: ReturnType<typeof run>) => void) => {
  const story = run()
  change(story)
  return follow({ address: VAULT, events: story.own }, AUCTION, story.events, story.harvests).faults
}

it('follows what a vault earned to its profit, and leaves what is others’ out', () => {
  const { own, events, harvests } = run()
  const found = follow({ address: VAULT, events: own }, AUCTION, events, harvests)
  expect(found).toMatchObject({ paid: 9n, pushed: 6n, pushes: 1, faults: [] })
  expect(found.harvested.get(TOKEN)).toBe(100n)
  expect(found.consigned.get(TOKEN)).toBe(100n)
  expect(found.sold.get(TOKEN)).toBe(90n)
})

it.each<[string, (story: ReturnType<typeof run>) => void]>([
  ['harvested and not consigned', ({ harvests }) => void harvests.push(harvested(5, 1n))],
  ['sold and not consigned', ({ events }) => void events.push(bought(5, 11n, 1n))],
  ['bought for nothing', ({ events }) => void events.push(bought(5, 1n, 0n))],
  ['pushed and never profit', ({ events }) => void events.push(pushed(5, 1n))],
  ['pushed and less profit', ({ own }) => void own.splice(0, 1, profit(3, 5n))],
  ['profit that was not pushed', ({ own }) => void own.push(profit(5, 1n))],
  [
    'more pushed than paid',
    ({ events, own }) => {
      events.push(pushed(5, 4n))
      own.push(profit(5, 4n))
    },
  ],
])('finds %s', (_, change) => {
  expect(faults(change).length).toBeGreaterThan(0)
})
