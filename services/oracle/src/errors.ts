import { lmpAbi, lossLedgerAbi, lossOracleAbi, recoveryAbi } from '@headrace/abi'

/** Exit codes of the alarms that stop the program. A supervisor must not start it again before somebody has looked. */
export const EXIT_FINALITY = 80
export const EXIT_CONTRADICTION = 81

/** The chain has another block where it had a finalized one. */
export class FinalityError extends Error {
  override readonly name = 'FinalityError'
  readonly exitCode = EXIT_FINALITY
}

/** The chain's state contradicts itself, or the contract's own report. */
export class ContradictionError extends Error {
  override readonly name = 'ContradictionError'
  readonly exitCode = EXIT_CONTRADICTION
}

/** RPC endpoints that should say the same do not. */
export class DisagreementError extends Error {
  override readonly name = 'DisagreementError'
}

/** An endpoint does not answer, or does not have a block yet. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError'
}

/** Something else was signed for the same epoch and last checkpoint. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError'
}

/** Custom errors of everything the oracle calls, for messages that name them. */
export const errorsAbi = [...lossOracleAbi, ...lossLedgerAbi, ...recoveryAbi, ...lmpAbi].filter(
  (entry) => entry.type === 'error',
)
