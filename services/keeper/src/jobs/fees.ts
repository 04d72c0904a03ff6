import { feeSplitterAbi, lmpAbi, priceRegistryAbi } from '@headrace/abi'
import type { BlockRef } from '@headrace/chain'
import type { Deployment } from '@headrace/service'
import { type Address, encodeFunctionData, type PublicClient } from 'viem'
import type { Job, Step, Verdict } from '../job.ts'
import { at } from '../reads.ts'

export interface FeesPolicy {
  /** Least worth of a distribution, wei of ETH. */
  least: bigint
}

/** A splitter of a backed vault's fee shares. */
export interface SplitterView {
  address: Address
  /**
   * What the vault would pay for the splitter's shares now, base units of its asset: at most what is idle and what its flow budget
   * leaves, 0 while exits are closed. A distribution takes all of it, so what is due is due once; the budget refills over a day.
   */
  payable: bigint
  /** ETH per whole unit of the vault's asset, WAD; absent when it has no price now. */
  price?: bigint | undefined
  decimals: number
  /** A distribution is on its way. */
  underway: boolean
}

/** Those whose fees are worth the gas. */
export function due(splitters: readonly SplitterView[], { least }: FeesPolicy): Address[] {
  return splitters
    .filter(
      ({ payable, price, decimals, underway }) =>
        !underway &&
        price !== undefined &&
        payable > 0n &&
        payable * price >= least * 10n ** BigInt(decimals),
    )
    .map(({ address }) => address)
}

export interface FeesOptions extends FeesPolicy {
  client: PublicClient
  deployment: Deployment
  prices: Address
  isUnderway: (prefix: string) => boolean
}

export async function read(
  { client, deployment, prices, isUnderway }: Omit<FeesOptions, keyof FeesPolicy>,
  block: BlockRef,
): Promise<SplitterView[]> {
  const splitters = deployment.lmps.flatMap(({ address: lmp, asset, backing }) =>
    backing === undefined
      ? []
      : [backing.performanceSplitter, backing.managementSplitter].map((address) => ({ address, lmp, asset })),
  )
  const options = { ...at(block), allowFailure: false } as const
  const [payable, decimals, quotes] = await Promise.all([
    client.multicall({
      ...options,
      contracts: splitters.map(
        ({ address, lmp }) =>
          ({ address: lmp, abi: lmpAbi, functionName: 'maxWithdraw', args: [address] }) as const,
      ),
    }),
    client.multicall({
      ...options,
      contracts: splitters.map(
        ({ lmp }) => ({ address: lmp, abi: lmpAbi, functionName: 'decimals' }) as const,
      ),
    }),
    client.multicall({
      ...options,
      contracts: splitters.map(
        ({ asset }) =>
          ({ address: prices, abi: priceRegistryAbi, functionName: 'tryPrice', args: [asset] }) as const,
      ),
    }),
  ])
  return splitters.flatMap(({ address }, i) => {
    const [amount, scale, quote] = [payable[i], decimals[i], quotes[i]]
    if (amount === undefined || scale === undefined || quote === undefined) return []
    const [price, ok] = quote
    return {
      address,
      payable: amount,
      price: ok ? price : undefined,
      decimals: scale,
      underway: isUnderway(prefixOf(address)),
    }
  })
}

const prefixOf = (splitter: Address) => `fees:${splitter}:`

/** Brings the backers their part of a vault's fees, in its asset. */
export function feesJob(options: FeesOptions): Job {
  return {
    name: 'fees',
    look: async (block): Promise<Verdict> => {
      const splitters = await read(options, block)
      const unpriced = splitters.find(({ price }) => price === undefined)
      return {
        steps: due(splitters, options).map((address) => toStep(address, block)),
        note: unpriced && `no price for the fees in ${unpriced.address}`,
      }
    },
  }
}

function toStep(address: Address, block: BlockRef): Step {
  return {
    // The block it was found in: fees that come later are another distribution.
    key: `${prefixOf(address)}${block.number}`,
    label: `distribute ${address}`,
    to: address,
    data: encodeFunctionData({ abi: feeSplitterAbi, functionName: 'distribute' }),
    benign: ['NothingToDistribute'],
  }
}
