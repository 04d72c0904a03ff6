import { RpcUnavailableError } from '@headrace/chain'
import {
  type Abi,
  type Address,
  BaseError,
  decodeErrorResult,
  type Hex,
  isHex,
  type PublicClient,
  RpcRequestError,
} from 'viem'

export interface Call {
  from: Address
  to: Address
  data: Hex
  /** Wei. */
  value: bigint
  benign: readonly string[]
  maxGas: bigint | null
}

export type Simulation =
  /** `gas` is the limit to sign with. */
  { kind: 'ok'; gas: bigint } | { kind: 'benign'; error: string } | { kind: 'refused'; reason: string }

/** Over the estimate, for state that moves until inclusion: +20%, rounded down. */
const GAS_MARGIN = 120n

/**
 * Runs the call on the latest state and estimates its gas.
 * @param abi custom errors to decode reverts with.
 * @throws whatever is not the contract's answer, e.g. no endpoint or not enough funds.
 */
export async function simulate(
  client: Pick<PublicClient, 'call' | 'estimateGas'>,
  abi: Abi,
  { from, to, data, value, benign, maxGas }: Call,
): Promise<Simulation> {
  try {
    await client.call({ account: from, to, data, value })
    const estimate = await client.estimateGas({ account: from, to, data, value })
    if (maxGas !== null && estimate > maxGas) {
      return { kind: 'refused', reason: `needs ${estimate} gas, more than the ceiling of ${maxGas}` }
    }
    const gas = (estimate * GAS_MARGIN) / 100n
    return { kind: 'ok', gas: maxGas !== null && gas > maxGas ? maxGas : gas }
  } catch (thrown) {
    const revert = readRevert(thrown, abi)
    if (revert === undefined) throw thrown
    if (revert.name !== undefined && benign.includes(revert.name))
      return { kind: 'benign', error: revert.name }
    return { kind: 'refused', reason: `reverts: ${revert.text}` }
  }
}

interface Revert {
  /** The error's name where the ABI has it. */
  name?: string
  text: string
}

function readRevert(thrown: unknown, abi: Abi): Revert | undefined {
  if (!(thrown instanceof BaseError)) return undefined
  if (thrown.walk((inner) => inner instanceof RpcUnavailableError) !== null) return undefined
  const answer = thrown.walk((inner) => inner instanceof RpcRequestError)
  if (!(answer instanceof RpcRequestError)) return undefined
  const data = revertData(answer.data)
  if (data === undefined || data === '0x') {
    return /revert|out of gas|invalid opcode/i.test(answer.details) ? { text: answer.details } : undefined
  }
  try {
    const { errorName, args } = decodeErrorResult({ abi, data })
    return { name: errorName, text: `${errorName}(${(args ?? []).map(String).join(', ')})` }
  } catch {
    return { text: `unknown error ${data.slice(0, 10)}` }
  }
}

/** Nodes put the revert data into `data`, some into `data.data`. */
function revertData(data: unknown): Hex | undefined {
  if (isHex(data)) return data
  if (typeof data === 'object' && data !== null && 'data' in data && isHex(data.data)) return data.data
  return undefined
}
