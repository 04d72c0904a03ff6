import { weth9Abi } from '@headrace/venues'
import { type Address, parseAbi } from 'viem'
import { type Actor, accounts } from '../accounts.ts'
import type { Chain } from '../chain.ts'

const mintAbi = parseAbi(['function mint(address to, uint256 amount)'])

/** Ether from nowhere, wrapped: the devnet's actors are as rich as they need to be. */
export async function giveWeth(chain: Chain, weth: Address, actor: Actor, amount: bigint): Promise<void> {
  const balance = await chain.client.getBalance({ address: accounts[actor] })
  await chain.test.setBalance({ address: accounts[actor], value: balance + amount })
  await chain.send(actor, { address: weth, abi: weth9Abi, functionName: 'deposit', args: [], value: amount })
}

/** Mints a fixture token (its owner is the issuer). */
export async function mint(chain: Chain, token: Address, to: Actor, amount: bigint): Promise<void> {
  await chain.send('issuer', {
    address: token,
    abi: mintAbi,
    functionName: 'mint',
    args: [accounts[to], amount],
  })
}
