import {
  type Address,
  decodeFunctionData,
  type Hash,
  type Hex,
  isAddressEqual,
  recoverTypedDataAddress,
} from 'viem'
import { lossAbi, oracleAbi, poolAbi } from './abi-loss.ts'
import type { Chain } from './chain.ts'
import type { Deployment } from './deployment.ts'
import { type LossEvent, LossReplay, type Moment } from './replay/losses.ts'
import { type PoolEvent, PoolReplay } from './replay/pool.ts'

const SLASHING = 0

export interface Backing {
  address: Address
  replay: PoolReplay
  /** When the freeze began that holds its buckets back at a moment. */
  frozenAt(place: Moment): bigint | undefined
}

/** One vault: its losses, and who answers for them. */
export interface VaultLosses {
  vault: Address
  replay: LossReplay
  backing?: Backing
}

/** Reads everything of losses and backing up to the head, in the order in which it happened. */
export async function loadLosses(chain: Chain, deployment: Deployment): Promise<VaultLosses[]> {
  const { ledgers, lossOracle, recovery, pools, vaults } = deployment
  const places = new Set([...ledgers.values(), lossOracle, recovery, ...pools.values(), ...vaults])
  const told = await chain.events(lossAbi, [...places])
  const events = await chain.timed(told)
  return Promise.all(
    vaults.map(async (vault) => {
      const replay = new LossReplay(
        vault,
        events.filter((event) => concerns(event, vault)),
      )
      const address = pools.get(vault)
      if (address === undefined) return { vault, replay }
      const mode = await chain.client.readContract({ address, abi: poolAbi, functionName: 'mode' })
      const own = events.filter((event): event is PoolEvent => isAddressEqual(event.address, address))
      // Freezes do not concern a pool that cannot be slashed.
      const frozenAt = (place: Moment) =>
        mode === SLASHING ? replay.freezeAt(place)?.frozen.time : undefined
      const pool = new PoolReplay(own, (event) => frozenAt(event) ?? event.time)
      return { vault, replay, backing: { address, replay: pool, frozenAt } }
    }),
  )
}

/** Of the vault itself, about it, or of the set of reporters. */
function concerns(event: LossEvent, vault: Address): boolean {
  if (isAddressEqual(event.address, vault) || event.eventName === 'ReportersSet') return true
  return 'lmp' in event.args && isAddressEqual(event.args.lmp, vault)
}

export interface SignedReport {
  lmp: Address
  epoch: bigint
  first: bigint
  last: bigint
  windowHash: Hex
  loss: bigint
}

/** What was signed to open a case, and by whom: from the calldata of its transaction, not from the event. */
export interface Signed {
  report: SignedReport
  /** In the order of the signatures; undefined: the signature is of no key. */
  signers: Array<Address | undefined>
}

export async function readSigned(
  chain: Chain,
  oracle: Address,
  chainId: number,
  hash: Hash,
): Promise<Signed> {
  const { input } = await chain.client.getTransaction({ hash })
  return recoverSigned(input, oracle, chainId)
}

export async function recoverSigned(input: Hex, oracle: Address, chainId: number): Promise<Signed> {
  const {
    args: [report, signatures],
  } = decodeFunctionData({ abi: oracleAbi, data: input })
  const signers = signatures.map((signature) =>
    recoverTypedDataAddress({ ...typedData(oracle, chainId), message: report, signature }).catch(
      () => undefined,
    ),
  )
  return { report, signers: await Promise.all(signers) }
}

export const typedData = (verifyingContract: Address, chainId: number) =>
  ({
    domain: { name: 'Headrace', version: '1', chainId, verifyingContract },
    types: {
      LossReport: [
        { name: 'lmp', type: 'address' },
        { name: 'epoch', type: 'uint256' },
        { name: 'first', type: 'uint256' },
        { name: 'last', type: 'uint256' },
        { name: 'windowHash', type: 'bytes32' },
        { name: 'loss', type: 'uint256' },
      ],
    },
    primaryType: 'LossReport',
  }) as const
