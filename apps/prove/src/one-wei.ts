import {
  type Address,
  encodeAbiParameters,
  encodeFunctionData,
  erc20Abi,
  type Hex,
  keccak256,
  numberToHex,
} from 'viem'
import { rpc, rpcHex } from './rpc.ts'

/** Tokens keep their mapping of balances in one of the first storage slots. */
const SLOTS = 16n

/** Storage key of a `mapping(address => ...)` at a slot. */
export function mappingKey(account: Address, slot: bigint): Hex {
  return keccak256(encodeAbiParameters([{ type: 'address' }, { type: 'uint256' }], [account, slot]))
}

/**
 * Takes one base unit of a token from an account, as no contract could. Nothing else may move the balance meanwhile.
 * Returns how to give it back.
 */
export async function removeOneWei(
  url: string,
  token: Address,
  account: Address,
): Promise<() => Promise<void>> {
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'balanceOf', args: [account] })
  const balance = async () => BigInt(await rpcHex(url, 'eth_call', { to: token, data }, 'latest'))
  const before = await balance()
  if (before === 0n) throw new Error(`${account} holds nothing of ${token}`)
  const key = await balanceKey(url, token, account, before)
  const write = (value: bigint) =>
    rpc(url, 'anvil_setStorageAt', token, key, numberToHex(value, { size: 32 }))

  await write(before - 1n)
  if ((await balance()) !== before - 1n) throw new Error(`the balance of ${account} is not in ${key}`)
  return async () => {
    await write(before)
  }
}

async function balanceKey(url: string, token: Address, account: Address, balance: bigint): Promise<Hex> {
  for (let slot = 0n; slot < SLOTS; slot++) {
    const key = mappingKey(account, slot)
    if (BigInt(await rpcHex(url, 'eth_getStorageAt', token, key, 'latest')) === balance) return key
  }
  throw new Error(`no storage slot of ${token} holds the balance of ${account}`)
}
