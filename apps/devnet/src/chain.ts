import {
  type Abi,
  type Address,
  type ContractFunctionArgs,
  type ContractFunctionName,
  createPublicClient,
  createTestClient,
  createWalletClient,
  type EncodeFunctionDataParameters,
  encodeFunctionData,
  type Hash,
  http,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem'
import { foundry } from 'viem/chains'
import { type Actor, accounts } from './accounts.ts'
import { sleep } from './processes.ts'

const RECEIPT_TIMEOUT_MS = 30_000

const notMinedYet = (error: unknown) => {
  if (error instanceof TransactionReceiptNotFoundError) return undefined
  throw error
}

/** The devnet's chain as its actors use it: the node holds their keys and mines every transaction at once. */
export function connect(url: string) {
  const transport = http(url, { timeout: 30_000 })
  const client = createPublicClient({ chain: foundry, transport, pollingInterval: 20 })
  const wallet = createWalletClient({ chain: foundry, transport })
  const test = createTestClient({ chain: foundry, mode: 'anvil', transport })

  /** Sends a call as `actor` and throws when it reverts. */
  async function send<
    const TAbi extends Abi,
    TName extends ContractFunctionName<TAbi, 'nonpayable' | 'payable'>,
  >(
    actor: Actor,
    call: {
      address: Address
      abi: TAbi
      functionName: TName
      args: ContractFunctionArgs<TAbi, 'nonpayable' | 'payable', TName>
      value?: bigint
    },
  ): Promise<void> {
    const encode = { abi: call.abi, functionName: call.functionName, args: call.args }
    const data = encodeFunctionData(encode as EncodeFunctionDataParameters)
    const hash = await wallet.sendTransaction({
      account: accounts[actor],
      to: call.address,
      data,
      value: call.value ?? 0n,
    })
    const receipt = await mined(hash)
    if (receipt.status !== 'success')
      throw new Error(`${actor}: ${String(call.functionName)} reverted (${hash})`)
  }

  /** viem looks again only when a block arrives; on this chain none comes after the one with the transaction. */
  async function mined(hash: Hash): Promise<TransactionReceipt> {
    for (const deadline = Date.now() + RECEIPT_TIMEOUT_MS; Date.now() < deadline; await sleep(10)) {
      const receipt = await client.getTransactionReceipt({ hash }).catch(notMinedYet)
      if (receipt !== undefined) return receipt
    }
    throw new Error(`transaction ${hash} was not mined within ${RECEIPT_TIMEOUT_MS / 1000} s`)
  }

  async function now(): Promise<bigint> {
    return (await client.getBlock()).timestamp
  }

  return { url, client, test, send, now }
}

export type Chain = ReturnType<typeof connect>
