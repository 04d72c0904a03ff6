import type { Deployment } from '@headrace/service'
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Address } from 'viem'
import { DISCOUNT_DAYS, dayOf, sustained } from '../../views/backing-math.ts'
import { optional, optionalText } from '../../views/text.ts'
import type { Catalog } from '../catalog.ts'
import { type AnswerBlock, type ApiDeps, noParams, resource } from '../resource.ts'
import { ChainSchema, PriceSchema, TokenSchema } from '../schemas/market.ts'

export function marketRoutes(
  app: OpenAPIHono,
  deps: ApiDeps,
  deployment: Deployment,
  catalog: Catalog,
): void {
  const sustainedDiscount = (lossPrices: Address, token: Address, { timestamp }: AnswerBlock) => {
    const today = dayOf(timestamp)
    return sustained(deps.queries.discounts(lossPrices, token, today - DISCOUNT_DAYS + 1, today))
  }

  resource(app, deps, {
    path: '/v1/chains',
    tag: 'Chain',
    summary: 'The chain this API follows and the contracts on it',
    params: noParams,
    data: z.array(ChainSchema),
    read: () => [
      {
        chainId: deployment.chainId,
        startBlock: Number(deployment.startBlock),
        contracts: deployment.contracts,
      },
    ],
  })

  resource(app, deps, {
    path: '/v1/tokens',
    tag: 'Chain',
    summary: 'Tokens of the deployment',
    params: noParams,
    data: z.array(TokenSchema),
    read: () => catalog.tokens.map(({ address, symbol, decimals }) => ({ address, symbol, decimals })),
  })

  resource(app, deps, {
    path: '/v1/prices',
    tag: 'Chain',
    summary: 'Prices of the registries with their sources and age',
    description:
      'What the registries answer at the block, one per asset that vaults count in: WAD of the quote asset per whole token. Absent while older blocks are being indexed.',
    params: noParams,
    data: z.array(PriceSchema),
    read: (_, block) =>
      deps.queries.prices(block).flatMap(({ price_sources: source, prices: price }) => {
        if (price === null) return []
        const { updatedAt } = price
        const pricing = catalog.pricing(source.registry)
        return [
          {
            token: source.token,
            quote: pricing.quote,
            registry: source.registry,
            symbol: catalog.token(source.token)?.symbol,
            market: price.market === 0n ? undefined : price.market.toString(),
            backing: price.backing === 0n ? undefined : price.backing.toString(),
            ok: price.ok,
            sustainedDiscount: sustainedDiscount(pricing.lossPrices, source.token, block).toString(),
            source: {
              feed: source.feed,
              maxAge: source.maxAge,
              decimals: source.feedDecimals,
              answer: optionalText(price.answer),
              updatedAt: optional(updatedAt),
              age: updatedAt === null ? undefined : block.timestamp - updatedAt,
              issuer: optional(source.issuer),
            },
          },
        ]
      }),
  })
}
