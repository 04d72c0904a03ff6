import { z } from '@hono/zod-openapi'
import { AddressText, Amount, Seconds, Wad } from './envelope.ts'
import { FreezeSchema } from './losses.ts'

const Count = z.number().int()

export const SplitterSchema = z
  .object({
    address: AddressText,
    fee: z.enum(['performance', 'management']),
    heldShares: Amount.openapi({ description: 'Shares of the vault it holds' }),
    pendingShares: Amount.openapi({
      description: 'Of these: split already, the backers’ part that waits to be redeemed',
    }),
    distributedShares: Amount.openapi({ description: 'Fee shares redeemed for the backers, ever' }),
    distributedAssets: Amount.openapi({ description: 'What they became' }),
    protocolShares: Amount.openapi({ description: 'Fee shares sent to the protocol, ever' }),
    lastAt: Seconds.optional().openapi({ description: 'Last distribution' }),
  })
  .openapi('Splitter')

export const BackingSchema = z
  .object({
    lmp: AddressText,
    pool: AddressText,
    mode: z
      .enum(['slashing', 'no-slashing'])
      .openapi({ description: '`no-slashing`: shares fees, is never slashed' }),
    asset: AddressText.openapi({ description: 'What fees are paid in' }),
    toke: Amount.openapi({ description: 'A: TOKE at risk, active and cooling, wei' }),
    totalShares: Amount.openapi({ description: 'H: shares of it' }),
    rate: Amount.openapi({ description: 'Fee stream: base units of the asset per second, 1e18 is one' }),
    end: Seconds.openapi({ description: 'When the stream ends' }),
    cases: Count.openapi({ description: 'Slashes so far' }),
    yearlyFeesPerToke: Amount.openapi({
      description:
        "Fees of a year at the stream's present rate: base units of the asset per 1e18 wei of TOKE",
    }),
    apr: Wad.optional().openapi({ description: 'Absent while TOKE has no price' }),
    coverage: Wad.optional().openapi({
      description:
        'Value of 30% of the TOKE at risk over the assets of the vault. Absent while TOKE has no price',
    }),
    freeze: FreezeSchema.optional().openapi({
      description: 'Nobody stakes and no bucket leaves. Absent while there is none',
    }),
    splitters: z.array(SplitterSchema),
  })
  .openapi('Backing')

export const ExitSchema = z
  .object({
    day: Count.openapi({ description: 'Days since 1970; the bucket leaves at its start' }),
    leavesAt: Seconds,
    state: z.enum(['cooling', 'due', 'left']).openapi({
      description:
        '`cooling` earns and is slashable, `due` is held back by a freeze, `left` can be withdrawn',
    }),
    shares: Amount,
    toke: Amount.openapi({ description: 'Wei of TOKE; fixed once it has left' }),
  })
  .openapi('Exit')

export const StakeSchema = z
  .object({
    account: AddressText,
    pool: AddressText,
    shares: Amount.openapi({ description: 'Active; those that cool are in `exits`' }),
    toke: Amount.openapi({ description: 'Wei of TOKE of the active shares, rounded down' }),
    claimable: Amount.openapi({
      description:
        'Fees, base units of the asset. Those of cooling shares count when their bucket is touched',
    }),
    exits: z.array(ExitSchema),
    returns: z
      .array(
        z
          .object({
            caseId: Count.openapi({ description: 'Of the pool' }),
            returnable: Amount.openapi({ description: 'Wei of TOKE that came back and is not claimed' }),
          })
          .openapi('SlashReturn'),
      )
      .openapi({
        description:
          'Slashes something came back of. Shares that cooled then count when their bucket is touched',
      }),
  })
  .openapi('Stake')
