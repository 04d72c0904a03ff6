import { setTimeout as sleep } from 'node:timers/promises'
import type { PublicClient } from 'viem'
import { type BlockRef, readHead } from './blocks.ts'

export interface WatchOptions {
  pollMs?: number
  /** Called for every new head, one call at a time; heads that come meanwhile are skipped for the newest. */
  onHead: (head: BlockRef) => unknown
  /** Called when the head cannot be read or `onHead` fails; the watch goes on. */
  onError: (error: unknown) => void
  signal: AbortSignal
}

export interface Arrival {
  /** `undefined` until the first block was seen. */
  readonly head: BlockRef | undefined
  /**
   * Milliseconds since a new head arrived (since the start, before the first). Lag is judged by this, on this
   * machine's clock: block timestamps may run ahead of or behind it.
   */
  readonly silentMs: number
}

export interface HeadWatch {
  arrival(): Arrival
  /** Settles once `signal` has ended the watch. */
  readonly done: Promise<void>
}

/** Polls the head until `signal` aborts. A head is new when its hash differs, so a reorg is seen at equal height. */
export function watchHeads(
  client: Pick<PublicClient, 'getBlock'>,
  { pollMs = 1_000, onHead, onError, signal }: WatchOptions,
): HeadWatch {
  let head: BlockRef | undefined
  // A monotonic clock: setting the machine's time must not look like a lag.
  let arrivedAt = performance.now()

  const poll = async () => {
    const latest = await readHead(client)
    if (latest.hash === head?.hash) return
    head = latest
    arrivedAt = performance.now()
    await onHead(latest)
  }
  const run = async () => {
    while (!signal.aborted) {
      await poll().catch(onError)
      await sleep(pollMs, undefined, { signal }).catch(() => undefined)
    }
  }
  return { arrival: () => ({ head, silentMs: performance.now() - arrivedAt }), done: run() }
}
