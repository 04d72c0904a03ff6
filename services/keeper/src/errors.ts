import {
  backingPoolAbi,
  cycleManagerAbi,
  destinationAbi,
  dutchAuctionAbi,
  feeSplitterAbi,
  limitsAbi,
  lmpAbi,
  lossLedgerAbi,
  priceRegistryAbi,
  rebalanceGateAbi,
  signalsAbi,
  solverExecutorAbi,
} from '@headrace/abi'
import { parseAbi } from 'viem'

/** Of the transfer library that the vault pulls by: less than promised is there. */
const tokenErrorsAbi = parseAbi(['error TransferFromFailed()'])

/** Custom errors of everything the keeper calls, for messages that name them. */
export const errorsAbi = [
  ...cycleManagerAbi,
  ...lmpAbi,
  ...signalsAbi,
  ...rebalanceGateAbi,
  ...limitsAbi,
  ...solverExecutorAbi,
  ...destinationAbi,
  ...priceRegistryAbi,
  ...dutchAuctionAbi,
  ...lossLedgerAbi,
  ...feeSplitterAbi,
  ...backingPoolAbi,
  ...tokenErrorsAbi,
].filter((entry) => entry.type === 'error')
