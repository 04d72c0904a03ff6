import {
  backingPoolAbi,
  cycleManagerAbi,
  destinationAbi,
  feeSplitterAbi,
  limitsAbi,
  lmpAbi,
  lossLedgerAbi,
  priceRegistryAbi,
  rebalanceGateAbi,
  signalsAbi,
  solverExecutorAbi,
} from '@headrace/abi'

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
  ...lossLedgerAbi,
  ...feeSplitterAbi,
  ...backingPoolAbi,
].filter((entry) => entry.type === 'error')
