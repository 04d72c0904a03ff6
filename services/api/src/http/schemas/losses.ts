import { z } from '@hono/zod-openapi'
import { AddressText, Amount, eventFields, Hash, Seconds, Wad } from './envelope.ts'

const Count = z.number().int()
const PerShare = (description: string) =>
  Wad.openapi({ description: `${description}, WAD of asset per share (base units both)` })

export const CheckpointSchema = z
  .object({
    ...eventFields,
    checkpoint: Count.openapi({ description: 'Id, counted from 0 per vault' }),
    high: PerShare('Value at the high prices'),
    low: PerShare('Value at the low prices; absent while a market price was missing').optional(),
    totalSupply: Amount,
    mark: PerShare('Highest `low` that two checkpoints in a row confirmed'),
    loss: Amount.openapi({ description: 'max(0, mark - high) x supply' }),
    hash: Hash.openapi({ description: 'Covers this checkpoint and all before it' }),
  })
  .openapi('Checkpoint')

export const FreezeSchema = z
  .object({
    since: Seconds,
    until: Seconds.openapi({ description: 'When it ends at the latest' }),
  })
  .openapi('Freeze')

export const CurrentLossSchema = z
  .object({
    lmp: AddressText,
    mark: PerShare('What losses are measured from'),
    checkpoints: Count.openapi({ description: 'Checkpoints ever written; the contract keeps the last 64' }),
    since: Count.openapi({ description: 'First checkpoint that may be part of a window' }),
    above: Count.openapi({
      description: 'Checkpoints in a row, up to the last, at or above the threshold; the second freezes',
    }),
    lastCheckpoint: CheckpointSchema.optional().openapi({ description: 'Absent before the first' }),
    now: z
      .object({
        loss: Amount,
        high: PerShare('Value at the high prices'),
        threshold: Amount.openapi({ description: '1% of mark x supply: from here on a loss counts' }),
      })
      .optional()
      .openapi({
        description:
          'Measured at the block. Absent while a destination cannot be valued, and while older blocks are being indexed',
      }),
    freeze: FreezeSchema.optional().openapi({ description: 'Absent while there is none' }),
    epoch: Count.openapi({ description: 'Cases decided' }),
    openCase: z.string().optional().openapi({ description: 'Id of the case that waits to be executed' }),
    cover: Amount.openapi({ description: 'What recoveries still owe; entrants pay for it' }),
    skipped: z
      .object({ timestamp: Seconds, destination: AddressText })
      .optional()
      .openapi({ description: 'Last checkpoint left out because a destination could not be valued' }),
    failedAt: Seconds.optional().openapi({ description: 'Last report whose checkpoint failed' }),
  })
  .openapi('CurrentLoss')

export const LossSchema = z
  .object({
    id: z.string().openapi({ description: 'Vault and epoch', example: `0x${'ab'.repeat(20)}-0` }),
    lmp: AddressText,
    epoch: Count,
    status: z.enum(['open', 'executed', 'rejected']),
    ...eventFields,
    window: z.object({
      first: Count.openapi({ description: 'Id of the first checkpoint' }),
      last: Count,
      firstAt: Seconds.optional(),
      lastAt: Seconds.optional(),
      hash: Hash.openapi({ description: 'Hash of the last checkpoint' }),
    }),
    reportedLoss: Amount.openapi({ description: 'Smallest loss of the window' }),
    signers: z.array(AddressText),
    executableAt: Seconds.openapi({ description: 'From here on anyone may execute it' }),
    decided: z
      .object({
        block: Count,
        timestamp: Seconds,
        transactionHash: Hash,
        loss: Amount.openapi({ description: 'The smaller of the reported loss and the one measured then' }),
        threshold: Amount.optional().openapi({
          description: 'Of a rejected case: the loss did not exceed it',
        }),
        coverage: Amount.optional().openapi({ description: 'Of an executed case: what the recovery owes' }),
        slashed: Amount.optional().openapi({ description: 'Of an executed case: wei of TOKE' }),
        vestingId: Count.optional().openapi({ description: 'Absent when nothing was slashed' }),
      })
      .optional()
      .openapi({ description: 'Absent while it is open' }),
  })
  .openapi('Loss')

export const SlashSchema = z
  .object({
    ...eventFields,
    pool: AddressText,
    lmp: AddressText,
    caseId: Count.openapi({ description: 'Of the pool' }),
    toke: Amount.openapi({ description: 'Wei of TOKE that left' }),
    shares: Amount.openapi({ description: 'Shares that were slashed, pro rata' }),
    tokeLeft: Amount,
    receiver: AddressText,
    vestingId: Count.optional(),
    lossId: z.string().optional(),
  })
  .openapi('Slash')

export const VestingSchema = z
  .object({
    id: Count,
    ...eventFields,
    lmp: AddressText,
    pool: AddressText,
    caseId: Count.openapi({ description: 'Of the pool' }),
    toke: Amount.openapi({ description: 'Wei of TOKE' }),
    vested: Amount.openapi({ description: 'Wei of TOKE vested at the time of the block' }),
    start: Seconds,
    end: Seconds,
    coverage: Amount.openapi({ description: "Base units of the vault's asset" }),
    outstanding: Amount.openapi({ description: 'What of the coverage is still owed' }),
    mark: PerShare('The recovery ends when `low` is back here'),
    since: Count.openapi({ description: 'First checkpoint that may show that' }),
    lossId: z.string().optional(),
    ended: z
      .object({
        timestamp: Seconds,
        returned: Amount.openapi({ description: 'Wei of TOKE returned to those who were slashed' }),
        uncovered: Amount.openapi({ description: 'Coverage that lapsed' }),
      })
      .optional()
      .openapi({ description: 'Absent while it runs' }),
  })
  .openapi('Vesting')
