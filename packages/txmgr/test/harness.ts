import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChainAccess, connect } from '@headrace/chain'
import { type ChaosRpc, startChaosRpc } from '@headrace/chaos-rpc'
import { startAnvil, type TestNode } from '@headrace/chaos-rpc/anvil'
import { type Address, type Hex, pad, parseAbi, toHex } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { expect } from 'vitest'
import { TxManager, type TxManagerOptions } from '../src/index.ts'
import type { TxEvent, TxRequest } from '../src/types.ts'

export const onceAbi = parseAbi(['error AlreadyDone()'])
export const ONCE: Address = '0x000000000000000000000000000000000000c0de'
/**
 * Marks the first calldata word as done, or reverts with AlreadyDone().
 *   PUSH1 0 CALLDATALOAD DUP1 SLOAD PUSH1 13 JUMPI PUSH1 1 SWAP1 SSTORE STOP
 *   JUMPDEST PUSH4 selector PUSH1 224 SHL PUSH1 0 MSTORE PUSH1 4 PUSH1 0 REVERT
 */
const ONCE_CODE = '0x600035805460' + '0d5760019055' + '005b63bdb9021060e01b60005260046000fd'

export interface Bench {
  node: TestNode
  proxy: ChaosRpc
  chain: ChainAccess
  close(): Promise<void>
}

/** An anvil behind a chaos proxy; `finality` blocks deep. */
export async function startBench(seed: number, finality = 6): Promise<Bench> {
  const node = await startAnvil('--slots-in-an-epoch', String(finality / 2))
  const proxy = await startChaosRpc({ upstream: node.url, seed })
  await node.rpc('anvil_setCode', ONCE, ONCE_CODE)
  const close = async () => {
    await proxy.close()
    await node.stop()
  }
  return { node, proxy, chain: connect({ urls: [proxy.url], retries: 0, timeoutMs: 2_000 }), close }
}

/** A funded key and an empty journal. */
export interface Signer {
  key: Hex
  account: PrivateKeyAccount
  journal: string
}

export async function newSigner(node: TestNode): Promise<Signer> {
  const key = generatePrivateKey()
  const account = privateKeyToAccount(key)
  await node.rpc('anvil_setBalance', account.address, toHex(10n ** 20n))
  return { key, account, journal: join(mkdtempSync(join(tmpdir(), 'txmgr-')), 'journal.db') }
}

export interface Running {
  txm: TxManager
  events: TxEvent[]
  kinds: () => string[]
}

/** A started manager that polls fast and replaces as soon as one more block has come. */
export async function run(
  bench: Bench,
  signer: Signer,
  options: Partial<TxManagerOptions> = {},
): Promise<Running> {
  const events: TxEvent[] = []
  const quiet = () => {}
  const txm = await TxManager.open({
    chain: bench.chain,
    chainId: 31337,
    account: signer.account,
    journal: signer.journal,
    errors: onceAbi,
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    pollMs: 25,
    policy: { replaceAfterMs: 50, replaceAfterBlocks: 1n, republishAfterMs: 100 },
    onEvent: (event) => events.push(event),
    ...options,
  })
  txm.start()
  return { txm, events, kinds: () => events.map(({ kind }) => kind) }
}

let addresses = 0

/** A transfer of one wei to an address of its own: its balance counts how often the effect happened. */
export function transfer(change: Partial<TxRequest> = {}): TxRequest & { to: Address } {
  addresses += 1
  const to = pad(toHex(0x10_000 + addresses), { size: 20 })
  return { dedupeKey: `transfer-${addresses}`, label: 'transfer', to, value: 1n, ...change }
}

/** A call of the once contract. */
export function once(word: number, change: Partial<TxRequest> = {}): TxRequest {
  const data = pad(toHex(word), { size: 32 })
  return { dedupeKey: `once-${word}`, label: 'once', to: ONCE, data, benign: ['AlreadyDone'], ...change }
}

export const mine = (node: TestNode, blocks = 1) => node.rpc('anvil_mine', toHex(blocks))

export async function until(done: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const deadline = Date.now() + timeoutMs
  while (!(await done())) {
    expect(Date.now(), `waited in vain for ${done}`).toBeLessThan(deadline)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
