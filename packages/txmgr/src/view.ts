import { type BlockRef, readBlock, readFinalized } from '@headrace/chain'
import { type Address, type Hash, type PublicClient, TransactionReceiptNotFoundError } from 'viem'
import type { ChainView, OpenIntent, Receipt } from './decide.ts'
import { suggestFees } from './fees.ts'

export interface Latest {
  head: BlockRef
  /** Wei per gas. */
  baseFee: bigint
}

export async function readLatest(client: PublicClient): Promise<Latest> {
  const { number, hash, parentHash, timestamp, baseFeePerGas } = await client.getBlock({ blockTag: 'latest' })
  if (baseFeePerGas === null) throw new Error('the chain has no base fee (EIP-1559): it is not supported')
  return { head: { number, hash, parentHash, timestamp }, baseFee: baseFeePerGas }
}

/** What the chain shows of a key's open intents. */
export async function readView(
  client: PublicClient,
  signer: Address,
  open: readonly OpenIntent[],
  { head, baseFee }: Latest,
): Promise<ChainView> {
  // Nonces before receipts: a transaction mined in between then shows as mined, never as lost.
  const [finalized, nonce, tip] = await Promise.all([
    readFinalized(client),
    client.getTransactionCount({ address: signer }),
    client.estimateMaxPriorityFeePerGas(),
  ])
  const taken = open.some(({ intent }) => intent.state === 'sent' && (intent.nonce ?? nonce) < nonce)
  const finalizedNonce = taken
    ? await client.getTransactionCount({ address: signer, blockTag: 'finalized' })
    : 0
  const hashes = open.flatMap(({ attempts }) => attempts.map(({ hash }) => hash))
  const receipts = await Promise.all(hashes.map((hash) => readReceipt(client, hash, finalized.number)))
  return {
    head,
    finalized: finalized.number,
    nonce,
    finalizedNonce,
    receipts: new Map(
      receipts.flatMap((receipt) => (receipt === undefined ? [] : [[receipt.hash, receipt]])),
    ),
    fees: suggestFees(baseFee, tip),
  }
}

async function readReceipt(
  client: PublicClient,
  hash: Hash,
  finalized: bigint,
): Promise<Receipt | undefined> {
  try {
    const found = await client.getTransactionReceipt({ hash })
    // What is about to be settled for good must lie on the finalized chain, whoever served the receipt.
    if (found.blockNumber <= finalized) {
      const block = await readBlock(client, { blockNumber: found.blockNumber })
      if (block?.hash !== found.blockHash) return undefined
    }
    return {
      hash,
      blockNumber: found.blockNumber,
      blockHash: found.blockHash,
      success: found.status === 'success',
      gasUsed: found.gasUsed,
      gasPrice: found.effectiveGasPrice,
    }
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return undefined
    throw error
  }
}
