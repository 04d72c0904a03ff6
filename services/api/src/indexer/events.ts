import {
  type Abi,
  AbiEventSignatureNotFoundError,
  type Address,
  type DecodeEventLogReturnType,
  decodeEventLog,
  getAddress,
  type Hash,
  type Log,
} from 'viem'
import {
  backingPoolAbi,
  cycleManagerAbi,
  dutchAuctionAbi,
  feeSplitterAbi,
  limitsAbi,
  lmpAbi,
  lossLedgerAbi,
  lossOracleAbi,
  lossPricesAbi,
  priceRegistryAbi,
  reactorAbi,
  rebalanceGateAbi,
  recoveryAbi,
  signalsAbi,
} from '../abis.ts'
import type { Contracts } from './contracts.ts'

/** Where an event stands; the common columns of the tables that keep events. */
export interface Position {
  readonly block: number
  readonly logIndex: number
  readonly timestamp: number
  readonly transactionHash: Hash
}

/** A decoded event with the contract that emitted it. */
export type EventOf<A extends Abi> = {
  readonly address: Address
  readonly at: Position
} & DecodeEventLogReturnType<A>

export type LmpEvent = EventOf<typeof lmpAbi>
export type SignalsEvent = EventOf<typeof signalsAbi>
export type GateEvent = EventOf<typeof rebalanceGateAbi>
export type CycleManagerEvent = EventOf<typeof cycleManagerAbi>
export type ReactorEvent = EventOf<typeof reactorAbi>
export type PricesEvent = EventOf<typeof priceRegistryAbi>
export type LossPricesEvent = EventOf<typeof lossPricesAbi>
export type LossLedgerEvent = EventOf<typeof lossLedgerAbi>
export type LossOracleEvent = EventOf<typeof lossOracleAbi>
export type RecoveryEvent = EventOf<typeof recoveryAbi>
export type PoolEvent = EventOf<typeof backingPoolAbi>
export type SplitterEvent = EventOf<typeof feeSplitterAbi>
export type LimitsEvent = EventOf<typeof limitsAbi>
export type AuctionEvent = EventOf<typeof dutchAuctionAbi>

export type ProtocolEvent =
  | { kind: 'lmp'; event: LmpEvent }
  | { kind: 'signals'; event: SignalsEvent }
  | { kind: 'gate'; event: GateEvent }
  | { kind: 'cycleManager'; event: CycleManagerEvent }
  | { kind: 'reactor'; event: ReactorEvent }
  | { kind: 'prices'; event: PricesEvent }
  | { kind: 'lossPrices'; event: LossPricesEvent }
  | { kind: 'lossLedger'; event: LossLedgerEvent }
  | { kind: 'lossOracle'; event: LossOracleEvent }
  | { kind: 'recovery'; event: RecoveryEvent }
  | { kind: 'pool'; event: PoolEvent }
  | { kind: 'splitter'; event: SplitterEvent }
  | { kind: 'limits'; event: LimitsEvent }
  | { kind: 'auction'; event: AuctionEvent }

/** A log of a block that has a number, hash and time. */
export type MinedLog = Log<bigint, number, false>

/**
 * Decodes a log of one of our contracts; `undefined` for events that their interface does not know.
 * @throws when a known event's data does not fit its ABI.
 */
export function decodeLog(log: MinedLog, timestamp: number, contracts: Contracts): ProtocolEvent | undefined {
  const address = getAddress(log.address)
  const kind = contracts.get(address)
  if (kind === undefined)
    throw new Error(`log ${log.blockNumber}/${log.logIndex} is of the unknown contract ${address}`)
  const at: Position = {
    block: toNumber(log.blockNumber),
    logIndex: log.logIndex,
    timestamp,
    transactionHash: log.transactionHash,
  }
  const where = { address, at }
  const { data, topics } = log
  try {
    switch (kind) {
      case 'lmp':
        return { kind, event: { ...where, ...decodeEventLog({ abi: lmpAbi, data, topics }) } }
      case 'signals':
        return { kind, event: { ...where, ...decodeEventLog({ abi: signalsAbi, data, topics }) } }
      case 'gate':
        return { kind, event: { ...where, ...decodeEventLog({ abi: rebalanceGateAbi, data, topics }) } }
      case 'cycleManager':
        return { kind, event: { ...where, ...decodeEventLog({ abi: cycleManagerAbi, data, topics }) } }
      case 'reactor':
        return { kind, event: { ...where, ...decodeEventLog({ abi: reactorAbi, data, topics }) } }
      case 'prices':
        return { kind, event: { ...where, ...decodeEventLog({ abi: priceRegistryAbi, data, topics }) } }
      case 'lossPrices':
        return { kind, event: { ...where, ...decodeEventLog({ abi: lossPricesAbi, data, topics }) } }
      case 'lossLedger':
        return { kind, event: { ...where, ...decodeEventLog({ abi: lossLedgerAbi, data, topics }) } }
      case 'lossOracle':
        return { kind, event: { ...where, ...decodeEventLog({ abi: lossOracleAbi, data, topics }) } }
      case 'recovery':
        return { kind, event: { ...where, ...decodeEventLog({ abi: recoveryAbi, data, topics }) } }
      case 'pool':
        return { kind, event: { ...where, ...decodeEventLog({ abi: backingPoolAbi, data, topics }) } }
      case 'splitter':
        return { kind, event: { ...where, ...decodeEventLog({ abi: feeSplitterAbi, data, topics }) } }
      case 'limits':
        return { kind, event: { ...where, ...decodeEventLog({ abi: limitsAbi, data, topics }) } }
      case 'auction':
        return { kind, event: { ...where, ...decodeEventLog({ abi: dutchAuctionAbi, data, topics }) } }
    }
  } catch (error) {
    if (error instanceof AbiEventSignatureNotFoundError) return undefined
    throw error
  }
}

/** Block numbers, times, ids and counts as plain numbers. */
export function toNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw new RangeError(`${value} is too large for a count or a time`)
  return Number(value)
}
