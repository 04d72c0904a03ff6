import type { BlockRef } from '@headrace/chain'
import type { Hash } from 'viem'
import { bumpFees, type Fees } from './fees.ts'
import type { Attempt, Intent } from './schema.ts'

export interface Policy {
  /** Transactions on their way at a time. */
  maxInFlight: number
  /** A transaction that waited this long ... */
  replaceAfterMs: number
  /** ... and this many blocks is replaced with higher fees. */
  replaceAfterBlocks: bigint
  /** Pause between two broadcasts of the same transaction. */
  republishAfterMs: number
}

export const DEFAULT_POLICY: Policy = {
  maxInFlight: 4,
  replaceAfterMs: 30_000,
  replaceAfterBlocks: 2n,
  republishAfterMs: 15_000,
}

/** An intent that is not final, with the attempts that carry its nonce, oldest first. */
export interface OpenIntent {
  intent: Intent
  attempts: readonly Attempt[]
}

/** Broadcasts of one signed transaction; times in milliseconds, this machine. */
export interface Publication {
  firstAt: number
  /** Head at the first broadcast: a transaction waits in blocks, not only in time. */
  firstBlock: bigint
  lastAt: number
}

export interface JournalState {
  open: readonly OpenIntent[]
  /** 1 + the highest nonce of a final intent; 0 when there is none. */
  settledNonces: number
  /** What this process has broadcast. A restart or a reorg starts it afresh: first publish, then count the wait. */
  published: ReadonlyMap<Hash, Publication>
  /** Milliseconds, this machine. */
  now: number
}

export interface Receipt {
  hash: Hash
  blockNumber: bigint
  blockHash: Hash
  success: boolean
  gasUsed: bigint
  gasPrice: bigint
}

export interface ChainView {
  head: BlockRef
  finalized: bigint
  /** Transactions of the signer in the latest block's state, and in the finalized one's. */
  nonce: number
  finalizedNonce: number
  /** Receipts of attempts that are on the chain. */
  receipts: ReadonlyMap<Hash, Receipt>
  fees: Fees
}

export type Closing = NonNullable<Intent['closing']>

export type Action =
  /** The call or the no-op is in a block: write it down; with `final`, for good. */
  | { kind: 'mined'; intent: Intent; attempt: Attempt; receipt: Receipt; final: boolean }
  /** The block with the receipt left the chain. */
  | { kind: 'reopen'; open: OpenIntent }
  /** A transaction unknown to the journal took the nonce for good: start over with a new one. */
  | { kind: 'release'; open: OpenIntent }
  /** Never signed and no longer wanted. */
  | { kind: 'end'; intent: Intent; as: Closing }
  /** Signed and no longer wanted: its nonce is to be filled with a no-op. */
  | { kind: 'close'; intent: Intent; as: Closing }
  /** Same nonce, higher fees; a no-op where the intent is closing. */
  | { kind: 'replace'; intent: Intent; fees: Fees }
  /** A replacement would exceed the fee cap. */
  | { kind: 'hold'; intent: Intent }
  /** Same transaction again; `check` where the chain waits for it, so that a simulation tells the truth. */
  | { kind: 'republish'; intent: Intent; attempt: Attempt; check: boolean }
  /** A nonce below ones in flight that nobody holds. */
  | { kind: 'fill'; nonce: number }
  /** Simulate, sign, write down, broadcast. */
  | { kind: 'send'; intent: Intent }
  /** The endpoint knows fewer of our transactions than are final: wait. */
  | { kind: 'behind' }

/** The next steps for one key, from what is written down and what the chain shows. Pure. */
export function decide(state: JournalState, view: ChainView, policy: Policy): Action[] {
  if (view.nonce < state.settledNonces) return [{ kind: 'behind' }]
  const signed = state.open.filter(({ intent }) => intent.nonce !== null)
  const pending = state.open.filter(({ intent }) => intent.nonce === null)
  return [
    ...signed.flatMap((open) => watch(open, state, view, policy)),
    ...gaps(signed, view).map((nonce): Action => ({ kind: 'fill', nonce })),
    ...begin(signed, pending, view, policy),
  ]
}

/** The nonce the next signed transaction takes. */
export function firstFreeNonce(state: JournalState, view: ChainView): number {
  const held = state.open.flatMap(({ intent }) => (intent.nonce === null ? [] : [intent.nonce + 1]))
  return Math.max(view.nonce, state.settledNonces, ...held)
}

function watch(open: OpenIntent, state: JournalState, view: ChainView, policy: Policy): Action[] {
  const { intent, attempts } = open
  for (const attempt of attempts) {
    const receipt = view.receipts.get(attempt.hash)
    if (receipt === undefined) continue
    const final = receipt.blockNumber <= view.finalized
    const known = intent.state === 'mined' && intent.minedBlockHash === receipt.blockHash
    return known && !final ? [] : [{ kind: 'mined', intent, attempt, receipt, final }]
  }
  if (intent.state === 'mined') {
    // An endpoint that has not seen the block yet says nothing about it.
    return view.head.number < (intent.minedBlock ?? 0n) ? [] : [{ kind: 'reopen', open }]
  }
  const nonce = intent.nonce ?? 0
  if (nonce < view.nonce) {
    // Taken by a transaction that is not ours. Until that one is final, a reorg could still bring ours back.
    return nonce < view.finalizedNonce ? [{ kind: 'release', open }] : []
  }
  if (intent.closing === null && isOver(intent, view)) return [{ kind: 'close', intent, as: 'expired' }]
  return push(open, state, view, policy)
}

/** Keeps an unmined transaction going: higher fees where they are what it lacks, else the same one again. */
function push(
  { intent, attempts }: OpenIntent,
  state: JournalState,
  view: ChainView,
  policy: Policy,
): Action[] {
  const latest = attempts.at(-1)
  if (latest === undefined) return []
  // Only the nonce the chain waits for can be short of fees; those above it wait for their turn.
  const next = intent.nonce === view.nonce
  const published = state.published.get(latest.hash)
  const slow =
    published !== undefined &&
    state.now - published.firstAt >= policy.replaceAfterMs &&
    view.head.number - published.firstBlock >= policy.replaceAfterBlocks
  const wrongKind = intent.closing !== null && latest.kind === 'call'
  const republish: Action[] =
    published !== undefined && state.now - published.lastAt < policy.republishAfterMs
      ? []
      : [{ kind: 'republish', intent, attempt: latest, check: next && latest.kind === 'call' }]
  if (!next || !(slow || wrongKind || latest.error === 'underpriced')) return republish
  const fees = bumpFees(latest, view.fees)
  return fees === undefined ? [{ kind: 'hold', intent }, ...republish] : [{ kind: 'replace', intent, fees }]
}

function gaps(signed: readonly OpenIntent[], view: ChainView): number[] {
  const held = new Set(signed.map(({ intent }) => intent.nonce))
  const highest = Math.max(view.nonce, ...signed.map(({ intent }) => intent.nonce ?? 0))
  return Array.from({ length: highest - view.nonce }, (_, i) => view.nonce + i).filter(
    (nonce) => !held.has(nonce),
  )
}

function begin(
  signed: readonly OpenIntent[],
  pending: readonly OpenIntent[],
  view: ChainView,
  policy: Policy,
): Action[] {
  const over = pending.filter(({ intent }) => isOver(intent, view))
  const inFlight = signed.filter(({ intent }) => intent.state === 'sent')
  // What a reorg took back comes first: later calls were built on it.
  const room = inFlight.some(({ intent }) => intent.reopened) ? 0 : policy.maxInFlight - inFlight.length
  const wanted = pending.filter((open) => !over.includes(open)).slice(0, Math.max(0, room))
  return [
    ...over.map(({ intent }): Action => ({ kind: 'end', intent, as: 'expired' })),
    ...wanted.map(({ intent }): Action => ({ kind: 'send', intent })),
  ]
}

function isOver(intent: Intent, view: ChainView): boolean {
  return intent.validUntil !== null && view.head.timestamp > intent.validUntil
}
