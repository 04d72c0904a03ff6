import { Api } from './api.ts'
import { checkAuctions } from './auctions.ts'
import { checkBacking } from './backing.ts'
import { Chain } from './chain.ts'
import { checkCycles } from './cycles.ts'
import { checkLmps } from './lmps.ts'
import { checkLosses } from './losses.ts'
import { type Contracts, checkChains, checkPrices, checkTokens } from './market.ts'
import { readPricing } from './pricing.ts'
import { checkReactors } from './reactors.ts'
import { Tally } from './sheet.ts'
import { checkSlashes, checkVesting } from './slashes.ts'

/** Asks every route of the API and the chain itself about every amount in the answers. */
export async function checkApi(apiUrl: string, rpcUrl: string): Promise<Tally> {
  const tally = new Tally()
  const api = new Api(apiUrl, tally)
  const chain = new Chain(rpcUrl)

  const contracts = await checkChains(api, chain)
  await checkTokens(api, chain)
  const lmps = await checkLmps(api, chain, {
    lens: named(contracts, 'lens'),
    signals: named(contracts, 'signals'),
    limits: named(contracts, 'limits'),
    auction: named(contracts, 'auction'),
  })
  await checkAuctions(api, chain, named(contracts, 'auction'))
  const { lossPricesOf, ...ledgers } = await readPricing(chain, lmps, {
    registry: named(contracts, 'priceRegistry'),
    lossPrices: named(contracts, 'lossPrices'),
  })
  await checkPrices(api, chain, lossPricesOf)
  const deciders = {
    ...ledgers,
    oracle: named(contracts, 'lossOracle'),
    recovery: named(contracts, 'recovery'),
  }
  await checkLosses(api, chain, deciders, lmps)
  await checkSlashes(api, chain, deciders, lmps)
  await checkVesting(api, chain, deciders, lmps)
  await checkBacking(api, chain, deciders, lmps)
  await checkReactors(api, chain, named(contracts, 'cycleManager'))
  await checkCycles(api, chain, named(contracts, 'cycleManager'))

  for (const route of await api.routes()) {
    if (!api.asked.has(route)) tally.differ(`${route}: is in the OpenAPI document, but was not asked`)
  }
  return tally
}

function named(contracts: Contracts, name: string) {
  const address = contracts[name]
  if (address === undefined) throw new Error(`/v1/chains names no contract ${name}`)
  return address
}
