import { z } from '@hono/zod-openapi'
import { AddressText, Amount, eventFields, Seconds, Wad } from './envelope.ts'

const ReactorId = z.number().int()

const ledgerFields = {
  totalSupply: Amount.openapi({ description: 'T, shares of the tAsset' }),
  idle: Amount,
  deployed: Amount.openapi({ description: 'dep, at the last marks' }),
  withheld: Amount.openapi({ description: 'Owed to filled redemptions' }),
  reserve: Amount.openapi({ description: 'R = idle + deployed - T; negative is the shortfall' }),
  coverage: Wad.openapi({ description: 'q = min(1, (idle + deployed) / T)' }),
  deployedAtFill: Amount.openapi({ description: 'dep0, deployed at the last fill' }),
  health: Wad.openapi({ description: 'RH = 1 + R / dep0; 1 while nothing is deployed' }),
  maxLpShare: Wad.optional().openapi({ description: 'Most of T that may be deployed beyond the reserve' }),
  reserveFloor: Amount.optional().openapi({ description: 'What the reserve must keep: sum of dep_v / V_v' }),
}

export const LedgerSchema = z.object(ledgerFields).openapi('Ledger')

export const ReactorSchema = z
  .object({
    id: ReactorId,
    address: AddressText.openapi({ description: 'The tAsset' }),
    asset: AddressText,
    symbol: z.string().optional().openapi({ description: 'Of the tAsset' }),
    assetSymbol: z.string().optional(),
    decimals: z.number().int().optional(),
    kind: z.enum(['token', 'pair']),
    ...ledgerFields,
    reserveAtBalance: Amount.openapi({ description: 'R at the last balance' }),
    externalFlow: Amount.openapi({ description: 'External flows since the last balance' }),
    shortCycles: z.number().int().openapi({ description: 'Completed cycles in a row with a shortfall' }),
    openShares: Amount.openapi({ description: 'Shares asked to be redeemed and not filled' }),
  })
  .openapi('Reactor')

export const PositionSchema = z
  .object({
    id: z.number().int(),
    adapter: AddressText,
    tokenReactor: ReactorId,
    pairReactor: ReactorId,
    multiple: Wad.optional().openapi({ description: 'Most that may be deployed per unit of reserve' }),
    units: Amount,
    tokenAmount: Amount.openapi({ description: 'Marked quantity, base units of the token asset' }),
    pairAmount: Amount.openapi({ description: 'Marked quantity, base units of the pair asset' }),
    stale: z.boolean().openapi({ description: 'The last mark failed' }),
  })
  .openapi('Position')

export const CohortSchema = z
  .object({
    cohort: z.number().int().openapi({ description: 'The cycle the redemptions were asked for' }),
    requestedShares: Amount,
    filledShares: Amount,
    filledAssets: Amount,
  })
  .openapi('Cohort')

export const ReactorDetailSchema = ReactorSchema.extend({
  positions: z.array(PositionSchema),
  openCohorts: z.array(CohortSchema),
}).openapi('ReactorDetail')

export const RequestSchema = z
  .object({
    cohort: z.number().int().openapi({ description: 'The cycle the redemption was asked for' }),
    shares: Amount.openapi({ description: 'Asked and not cancelled, claimed or not' }),
  })
  .openapi('Request')

export const ClaimSchema = z
  .object({
    ...eventFields,
    controller: AddressText,
    receiver: AddressText,
    shares: Amount,
    assets: Amount,
  })
  .openapi('Claim')

const cycleFields = {
  number: z.number().int(),
  phase: z.enum(['open', 'mark', 'balance', 'plan', 'move', 'fill', 'completed']),
  left: z.number().int().openapi({ description: 'Items the phase still waits for' }),
  startedAt: Seconds.optional(),
  endsAt: Seconds.optional().openapi({ description: 'When the rollover may start' }),
  rolloverAt: Seconds.optional(),
  completedAt: Seconds.optional(),
  completedBlock: z.number().int().optional(),
}

export const FlowSchema = z
  .object({
    reactorId: ReactorId,
    block: z.number().int(),
    flow: Amount.openapi({ description: '> 0 surplus into the reserve, < 0 deficit out of it' }),
    reserve: Amount.openapi({ description: 'R after it' }),
    totalSupply: Amount,
    lpAssets: Amount.openapi({ description: 'min(T, idle + deployed)' }),
  })
  .openapi('Flow')

export const CycleSchema = z.object({ ...cycleFields, flows: z.array(FlowSchema) }).openapi('Cycle')

export const CycleDetailSchema = z
  .object({
    ...cycleFields,
    flows: z.array(FlowSchema),
    plans: z.array(
      z.object({ reactorId: ReactorId, block: z.number().int(), target: Amount }).openapi('Plan'),
    ),
    fills: z.array(
      z
        .object({ reactorId: ReactorId, block: z.number().int(), shares: Amount, assets: Amount })
        .openapi('Fill'),
    ),
    marks: z.array(
      z
        .object({
          positionId: z.number().int(),
          block: z.number().int(),
          tokenAmount: Amount,
          pairAmount: Amount,
          price: Wad.optional().openapi({
            description: 'Pair base units per token base unit; absent if there was none',
          }),
          stale: z.boolean(),
        })
        .openapi('Mark'),
    ),
    moves: z.array(
      z
        .object({
          positionId: z.number().int(),
          block: z.number().int(),
          units: Amount,
          tokenIdle: Amount,
          pairIdle: Amount,
          tokenAmount: Amount,
          pairAmount: Amount,
          skipped: z.boolean(),
        })
        .openapi('Move'),
    ),
    externalFlows: z.array(
      z
        .object({
          reactorId: ReactorId,
          reason: z.enum(['contribution', 'withdrawal', 'haircut']),
          amount: Amount,
          count: z.number().int(),
        })
        .openapi('ExternalFlow'),
    ),
    ledgers: z.array(LedgerSchema.extend({ reactorId: ReactorId }).openapi('CycleLedger')).openapi({
      description: 'Guardrails and health: at the end of the completing block, or now while the cycle runs',
    }),
  })
  .openapi('CycleDetail')
