/** The contracts whose events and answers the API uses. */
export {
  backingPoolAbi,
  cycleManagerAbi,
  dutchAuctionAbi,
  feeSplitterAbi,
  limitsAbi,
  lmpAbi,
  lmpLensAbi,
  lossLedgerAbi,
  lossOracleAbi,
  lossPricesAbi,
  priceRegistryAbi,
  reactorAbi,
  rebalanceGateAbi,
  recoveryAbi,
  signalsAbi,
} from '@headrace/abi'
