import { type Address, erc20Abi, getAddress, parseAbi, parseEventLogs, zeroAddress } from 'viem'
import { z } from 'zod'
import { lossPricesAbi, priceRegistryAbi } from '../abis.ts'
import type { Api } from './api.ts'
import { type Chain, unlessZero } from './chain.ts'
import { addressText } from './shapes.ts'

const feedAbi = parseAbi([
  'function latestRoundData() view returns (uint80, int256, uint256, uint256, uint80)',
])

export type Contracts = Record<string, Address>

export async function checkChains(api: Api, chain: Chain): Promise<Contracts> {
  const shape = z.array(
    z.object({ chainId: z.number(), startBlock: z.number(), contracts: z.record(z.string(), addressText) }),
  )
  const { data, sheet } = await api.get('/v1/chains', shape)
  const [first] = data
  if (first === undefined) throw new Error('/v1/chains lists no chain')
  sheet.length([], 1)
  sheet.number([0, 'chainId'], await chain.client.getChainId())
  sheet.close()
  chain.startAt(BigInt(first.startBlock))
  return first.contracts
}

export async function checkTokens(api: Api, chain: Chain): Promise<void> {
  const { data, block, sheet } = await api.get('/v1/tokens', z.array(z.object({ address: addressText })))
  for (const [i, { address }] of data.entries()) {
    const read = { ...chain.at(block), address, abi: erc20Abi }
    sheet.number([i, 'decimals'], await chain.client.readContract({ ...read, functionName: 'decimals' }))
    sheet.value([i, 'symbol'], await chain.client.readContract({ ...read, functionName: 'symbol' }))
  }
  sheet.close()
}

export async function checkPrices(
  api: Api,
  chain: Chain,
  lossPricesOf: ReadonlyMap<Address, Address>,
): Promise<void> {
  const { data, block, sheet } = await api.get(
    '/v1/prices',
    z.array(z.object({ token: addressText, registry: addressText })),
  )
  const logs = parseEventLogs({
    abi: priceRegistryAbi,
    eventName: 'SourceSet',
    logs: await chain.logs([...lossPricesOf.keys()], block),
  })
  sheet.length([], new Set(logs.map(({ address, args }) => `${address}:${args.token}`)).size)
  for (const [i, { token, registry }] of data.entries()) {
    const lossPrices = lossPricesOf.get(registry)
    if (lossPrices === undefined) throw new Error(`/v1/prices: the registry ${registry} is of no vault`)
    const read = { ...chain.at(block), address: registry, abi: priceRegistryAbi }
    sheet.value([i, 'quote'], await chain.client.readContract({ ...read, functionName: 'quote' }))
    const [[backing, market, ok], source, discount] = await Promise.all([
      chain.client.readContract({ ...read, functionName: 'legPrices', args: [token] }),
      chain.client.readContract({ ...read, functionName: 'source', args: [token] }),
      chain.client.readContract({
        ...chain.at(block),
        address: lossPrices,
        abi: lossPricesAbi,
        functionName: 'sustainedDiscount',
        args: [token],
      }),
    ])
    const { feed, issuer, maxAge, feedDecimals } = source
    const round = await chain.client
      .readContract({ ...chain.at(block), address: feed, abi: feedAbi, functionName: 'latestRoundData' })
      .catch(() => undefined)
    sheet.amount([i, 'market'], unlessZero(market))
    sheet.amount([i, 'backing'], unlessZero(backing))
    sheet.value([i, 'ok'], ok)
    sheet.amount([i, 'sustainedDiscount'], discount)
    sheet.amount([i, 'source', 'answer'], round?.[1])
    sheet.number([i, 'source', 'updatedAt'], round?.[3])
    sheet.number([i, 'source', 'age'], round && block.timestamp - round[3])
    sheet.number([i, 'source', 'maxAge'], maxAge)
    sheet.number([i, 'source', 'decimals'], feedDecimals)
    sheet.value([i, 'source', 'feed'], getAddress(feed))
    sheet.value([i, 'source', 'issuer'], issuer === zeroAddress ? undefined : getAddress(issuer))
  }
  sheet.close()
}
