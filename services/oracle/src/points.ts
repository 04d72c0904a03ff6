import type { Point } from '@headrace/txmgr'

/** Where a process can be stopped by a test, besides the transaction manager's points. */
export type OraclePoint =
  /** The state was read and agreed on. */
  | 'read'
  /** What will be signed is written down, not signed. */
  | 'decided'
  /** The signature is written down. */
  | 'signed'
  /** Somebody has fetched it. */
  | 'served'
  /** Enough signatures are known. */
  | 'quorum'

/** `subject` is the LMP, or the key of the transaction. */
export type OnPoint = (point: OraclePoint | Point, subject: string) => void | Promise<void>
