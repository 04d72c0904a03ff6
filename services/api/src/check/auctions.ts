import { type Address, getAddress, parseEventLogs, zeroAddress } from 'viem'
import { z } from 'zod'
import { dutchAuctionAbi } from '../abis.ts'
import type { Api } from './api.ts'
import { type Chain, unlessZero } from './chain.ts'
import { addressText } from './shapes.ts'

export async function checkAuctions(api: Api, chain: Chain, auction: Address): Promise<void> {
  const shape = z.array(z.object({ seller: addressText, token: addressText }))
  const { data, block, sheet } = await api.get('/v1/auctions', shape)
  const logs = parseEventLogs({ abi: dutchAuctionAbi, logs: await chain.logs(auction, block) })
  const listed = new Map<string, boolean>()
  for (const log of logs) {
    if (log.eventName !== 'Listed' && log.eventName !== 'Delisted') continue
    listed.set(`${log.args.seller}:${log.args.token}`, log.eventName === 'Listed')
  }
  sheet.length([], listed.size)
  for (const [i, { seller, token }] of data.entries()) {
    const read = {
      ...chain.at(block),
      address: auction,
      abi: dutchAuctionAbi,
      args: [seller, token],
    } as const
    const [lot, asset, price] = await Promise.all([
      chain.client.readContract({ ...read, functionName: 'lot' }),
      chain.client.readContract({ ...read, functionName: 'assetOf', args: [seller] }),
      chain.client.readContract({ ...read, functionName: 'price' }).catch(() => undefined),
    ])
    const bought = logs.flatMap((log) =>
      log.eventName === 'Bought' && log.args.seller === seller && log.args.token === token ? [log.args] : [],
    )
    const free = lot.registry === zeroAddress
    sheet.value([i, 'listed'], listed.get(`${seller}:${token}`) ?? false)
    sheet.value([i, 'asset'], getAddress(asset))
    sheet.amount([i, 'left'], lot.left)
    sheet.amount([i, 'size'], lot.size)
    sheet.amount([i, 'waiting'], lot.waiting)
    sheet.number([i, 'openedAt'], unlessZero(lot.openedAt))
    sheet.amount([i, 'price'], price)
    sheet.value([i, 'registry'], free ? undefined : getAddress(lot.registry))
    sheet.amount([i, 'startPrice'], free && lot.left > 0n ? lot.startPrice : undefined)
    sheet.amount(
      [i, 'sold'],
      bought.reduce((sum, { amount }) => sum + amount, 0n),
    )
    sheet.amount(
      [i, 'paid'],
      bought.reduce((sum, { payment }) => sum + payment, 0n),
    )
  }
  sheet.close()
}
