import type { BlockRef } from './blocks.ts'

/** How the chain's head stands to the blocks a reader has stored. */
export type ChainStep =
  /** The head is the stored tip. */
  | { kind: 'current' }
  /** The head is an older stored block: the endpoint lags, nothing is to be undone. */
  | { kind: 'behind' }
  /** The stored tip is an ancestor of the head: go on after it. */
  | { kind: 'extended'; ancestor: BlockRef }
  /** Stored blocks left the chain: undo `orphaned` (newest first), then go on after `ancestor`. */
  | { kind: 'reorged'; ancestor: BlockRef; orphaned: readonly BlockRef[] }

/** No stored block is on the chain any more: the reorg went deeper than what was kept. */
export class DeepReorgError extends Error {
  override readonly name = 'DeepReorgError'
  readonly oldest: BlockRef

  constructor(oldest: BlockRef) {
    super(
      `none of the stored blocks from ${oldest.number} (${oldest.hash}) on is on the chain: the reorg went below finality or the chain was reset`,
    )
    this.oldest = oldest
  }
}

/**
 * Walks back from the stored tip to the newest block the chain still has.
 * @param stored consecutive blocks, oldest first, at least one; the oldest should be final.
 * @param head the chain's newest block.
 * @param canonical the chain's block of a number, `undefined` when it has none.
 * @throws DeepReorgError when no stored block is on the chain; Error when the endpoint lags too far to tell.
 */
export async function compareChain(
  stored: readonly BlockRef[],
  head: BlockRef,
  canonical: (number: bigint) => Promise<BlockRef | undefined>,
): Promise<ChainStep> {
  const [oldest] = stored
  const tip = stored.at(-1)
  if (oldest === undefined || tip === undefined) throw new Error('compareChain: no stored block')
  if (head.hash === tip.hash) return { kind: 'current' }
  if (stored.some(({ hash }) => hash === head.hash)) return { kind: 'behind' }
  if (head.parentHash === tip.hash) return { kind: 'extended', ancestor: tip }

  // A block an endpoint does not know proves nothing: it may lag. Only another block in its place is a reorg.
  if (head.number < oldest.number) {
    throw new Error(
      `the endpoint is at block ${head.number}, below ${oldest.number} that is final here: it lags`,
    )
  }
  const orphaned: BlockRef[] = []
  for (const block of [...stored].reverse()) {
    if (block.number <= head.number) {
      const found = await canonical(block.number)
      if (found === undefined)
        throw new Error(`the endpoint does not have block ${block.number} yet: it lags`)
      if (found.hash === block.hash) {
        return orphaned.length === 0
          ? { kind: 'extended', ancestor: block }
          : { kind: 'reorged', ancestor: block, orphaned }
      }
    }
    orphaned.push(block)
  }
  throw new DeepReorgError(oldest)
}
