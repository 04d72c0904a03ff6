/** The contracts whose events and answers the API uses. */
export {
  cycleManagerAbi,
  lmpAbi,
  priceRegistryAbi,
  reactorAbi,
  rebalanceGateAbi,
  signalsAbi,
} from '@headrace/abi'
