import { awaitReceipt } from '@headrace/chain'
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
  http,
} from 'viem'
import { foundry } from 'viem/chains'
import { type Actor, accounts } from './accounts.ts'

/** Times the estimate: probes keep a stipend in reserve that it does not see as used, and a service may act in between. */
const GAS_MARGIN = 3n

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
    const request = { account: accounts[actor], to: call.address, data, value: call.value ?? 0n }
    const gas = (await client.estimateGas(request)) * GAS_MARGIN
    const hash = await wallet.sendTransaction({ ...request, gas })
    const receipt = await awaitReceipt(client, hash)
    if (receipt.status !== 'success')
      throw new Error(`${actor}: ${String(call.functionName)} reverted (${hash})`)
  }

  async function now(): Promise<bigint> {
    return (await client.getBlock()).timestamp
  }

  return { url, client, test, send, now }
}

export type Chain = ReturnType<typeof connect>
