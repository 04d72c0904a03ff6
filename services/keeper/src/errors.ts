import {
  cycleManagerAbi,
  destinationAbi,
  lmpAbi,
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
  ...solverExecutorAbi,
  ...destinationAbi,
  ...priceRegistryAbi,
].filter((entry) => entry.type === 'error')
