import { z } from '@hono/zod-openapi'
import { AddressText, Amount, eventFields, Seconds, Wad } from './envelope.ts'

export const LmpSchema = z
  .object({
    id: AddressText,
    asset: AddressText,
    symbol: z.string().optional().openapi({ description: 'Of the shares' }),
    assetSymbol: z.string().optional(),
    decimals: z.number().int().optional().openapi({ description: 'Of the asset and of the shares' }),
    totalSupply: Amount.openapi({ description: 'Shares' }),
    totalAssets: Amount.openapi({ description: 'Released value less the fee earned on it' }),
    entryAssets: Amount.openapi({ description: 'What entrants pay for, `cover` included: all shares' }),
    exitAssets: Amount.openapi({ description: 'What leavers are paid from: all shares' }),
    assetsPerShare: Amount.optional().openapi({
      description: 'Assets for one whole share: `convertToAssets`',
    }),
    idle: Amount,
    mark: Amount.openapi({ description: 'High-water value' }),
    sumSafe: Amount,
    sumMin: Amount,
    sumMax: Amount,
    locked: Amount.openapi({ description: 'Profit still locked at the time of the block' }),
    lockEnd: Seconds,
    valuedAt: Seconds.optional().openapi({ description: 'Last report; absent before the first' }),
    clean: z.boolean().openapi({ description: 'Every destination that holds units was valued and safe' }),
    fresh: z.boolean().openapi({ description: 'Clean and younger than 24 h' }),
    stale: z.boolean().openapi({
      description:
        'A destination had no good valuation for 24 h and counts 0 for leavers: deposits are closed',
    }),
    expiry: Seconds.optional().openapi({
      description:
        'When the first of the destinations that keep old values becomes stale; absent: none keeps any',
    }),
    pausedUntil: Seconds.optional().openapi({
      description: 'No entries and exits before, but in kind; absent if never paused',
    }),
    flowRoom: Amount.openapi({
      description:
        'What entries and exits together may move besides the block of a report; a report in the same block lifts the limit',
    }),
    lossRoom: Amount.openapi({ description: 'What rebalances may still lose' }),
    gate: AddressText.optional(),
    cap: Amount.optional(),
    feeBps: z.number().int().openapi({ description: 'Performance fee, 1e4 is one' }),
    feeRecipient: AddressText.optional(),
    managementFee: z.object({
      bps: z.number().int().openapi({ description: 'Per year, 1e4 is one' }),
      recipient: AddressText.optional(),
    }),
    lossMark: Wad.openapi({
      description: 'What losses are measured from, WAD of asset per share (base units both)',
    }),
    frozen: z.boolean().openapi({ description: 'A loss is being decided: deposits are closed' }),
    cover: Amount.openapi({ description: 'Outstanding coverage of slashes; entrants pay for it' }),
    lossLedger: AddressText.optional(),
    exitQueue: z.array(AddressText).openapi({
      description: 'Destinations in the order in which an exit beyond idle sells',
    }),
    auctionProceeds: Amount.openapi({
      description: 'What its lots were sold for and it was not given yet',
    }),
  })
  .openapi('Lmp')

export const LIMITS = ['destination', 'issuer', 'poolShare', 'idleFloor'] as const

export const LimitsSchema = z
  .object({
    maxPoolShare: Wad.openapi({ description: 'Most of a pool that the vault may own' }),
    idleFloor: Wad.openapi({ description: 'Least part of its assets that a move from idle leaves there' }),
    caps: z.array(
      z.object({
        id: z.string().openapi({ description: 'keccak256 of kind and address, as the contract names it' }),
        kind: z.enum(['destination', 'issuer']).optional(),
        address: AddressText.optional().openapi({
          description:
            'Destination or token; absent, with `kind`, where the deployment does not tell whose id it is',
        }),
        share: Wad.openapi({ description: "Of the vault's assets" }),
        amount: Amount,
      }),
    ),
    headroom: z
      .array(
        z.object({
          destination: AddressText,
          room: Amount.optional(),
          limit: z.enum(LIMITS).optional().openapi({ description: 'The one that binds first' }),
          subject: AddressText.optional().openapi({ description: 'Its destination or issuer' }),
        }),
      )
      .openapi({
        description:
          'What may still be moved from idle into each destination. `room` is absent where the pool cannot be valued and while older blocks are being indexed',
      }),
  })
  .openapi('Limits')

export const LotSchema = z
  .object({
    seller: AddressText,
    token: AddressText,
    tokenSymbol: z.string().optional(),
    asset: AddressText.optional().openapi({ description: 'What it is paid in' }),
    listed: z.boolean().openapi({ description: 'More may be consigned' }),
    left: Amount.openapi({ description: 'Of the running lot; 0 when none runs' }),
    size: Amount,
    waiting: Amount.openapi({ description: 'Consigned for the next lot' }),
    openedAt: Seconds.optional(),
    price: Wad.optional().openapi({
      description: 'Now, of the asset per whole token; absent while none runs or older blocks are indexed',
    }),
    registry: AddressText.optional().openapi({ description: 'Of the running lot; absent: no oracle' }),
    startPrice: Wad.optional().openapi({ description: 'Of the running lot without an oracle' }),
    sold: Amount.openapi({ description: 'Of all lots so far' }),
    paid: Amount.openapi({ description: 'For them, base units of the asset' }),
  })
  .openapi('Lot')

export const SignalSchema = z
  .object({
    firstAt: Seconds,
    lastAt: Seconds,
    fellAt: Seconds.optional().openapi({ description: 'Last time the issuer rate fell; absent if never' }),
    count: z.number().int(),
    rate: Wad.openapi({ description: 'Issuer rate at the last snapshot' }),
    base: Wad.openapi({ description: 'Filtered base yield per year' }),
    sample: Wad.openapi({ description: 'Last unfiltered base yield per year' }),
    incentiveYearly: Amount.openapi({
      description: "Yearly value of the gauge's rewards at the last snapshot",
    }),
    incentiveOthers: Amount.openapi({ description: 'Units others had staked at the last snapshot' }),
  })
  .openapi('Signal')

export const DestinationSchema = z
  .object({
    address: AddressText,
    venue: z.string().optional(),
    name: z.string().optional(),
    units: Amount,
    safe: Amount.openapi({ description: 'Value at the lower of issuer rate and market, as last reported' }),
    spot: Amount.openapi({ description: "Value at the pool's own prices, as last reported" }),
    backing: Amount.openapi({ description: 'Value at issuer rates, as last reported' }),
    ok: z
      .boolean()
      .optional()
      .openapi({ description: 'The last valuation was good; absent before the first' }),
    valuedAt: Seconds.optional().openapi({ description: 'Last good valuation' }),
    unsafeAt: Seconds.optional().openapi({ description: 'Last failed valuation; absent if never' }),
    closingAt: Seconds.optional().openapi({
      description: 'From then on it can only be left; absent: open',
    }),
    signal: SignalSchema.optional().openapi({ description: 'Absent before the first snapshot' }),
  })
  .openapi('Destination')

export const ReportSchema = z
  .object({
    ...eventFields,
    caller: AddressText,
    idle: Amount,
    sumSafe: Amount,
    sumMin: Amount,
    sumMax: Amount,
    locked: Amount,
    mark: Amount,
    totalSupply: Amount,
    clean: z.boolean(),
  })
  .openapi('Report')

const LegSchema = z
  .object({
    destination: AddressText.optional().openapi({ description: 'Absent: idle, `units` are assets' }),
    units: Amount,
  })
  .openapi('Leg')

export const RebalanceSchema = z
  .object({
    ...eventFields,
    lmp: AddressText,
    solver: AddressText,
    outs: z.array(LegSchema),
    ins: z.array(LegSchema),
    check: z
      .object({
        cost: Amount,
        gain: Amount.openapi({ description: 'Over the horizon of the gate' }),
        incomeBefore: Amount.openapi({ description: 'Of the touched destinations, per year' }),
        incomeAfter: Amount,
        moved: Amount,
        factor: Wad.openapi({ description: 'Share of the gain the cost was allowed to reach' }),
      })
      .optional()
      .openapi({ description: 'What the gate found; absent where it was not asked' }),
  })
  .openapi('Rebalance')
