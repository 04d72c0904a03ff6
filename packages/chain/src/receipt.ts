import { type Hash, type PublicClient, type TransactionReceipt, TransactionReceiptNotFoundError } from 'viem'

/**
 * The receipt of a transaction on a chain that mines on demand. viem's own wait looks again only when a block arrives: where
 * none follows the one with the transaction, a look that came a moment too early is its last.
 * @throws Error when it is not mined in time.
 */
export async function awaitReceipt(
  client: Pick<PublicClient, 'getTransactionReceipt'>,
  hash: Hash,
  timeoutMs = 30_000,
): Promise<TransactionReceipt> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await pause(10)) {
    const receipt = await client.getTransactionReceipt({ hash }).catch(notMinedYet)
    if (receipt !== undefined) return receipt
  }
  throw new Error(`transaction ${hash} was not mined within ${timeoutMs / 1000} s`)
}

function notMinedYet(error: unknown): undefined {
  if (!(error instanceof TransactionReceiptNotFoundError)) throw error
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
