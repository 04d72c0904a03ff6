import { lossOracleAbi, recoveryAbi } from '@headrace/abi'
import type { BlockRef } from '@headrace/chain'
import { encodeFunctionData, type PublicClient } from 'viem'
import type { State } from './compute.ts'
import { type Contracts, readRecovered } from './reads.ts'
import type { Send } from './sender.ts'

export interface ExecutorOptions {
  client: PublicClient
  chainId: number
  contracts: Contracts
  send: Send
  maxGas: bigint
}

/** Carries out what is decided and anyone may do: executes cases whose delay is over, ends recoveries. */
export class Executor {
  readonly #options: ExecutorOptions
  readonly #ended = new Set<bigint>()

  constructor(options: ExecutorOptions) {
    this.#options = options
  }

  async found({ lmp, openCase, block }: State): Promise<void> {
    if (openCase.openedAt === 0n || block.timestamp < openCase.executableAt) return
    const { chainId, contracts, send, maxGas } = this.#options
    await send({
      key: `${chainId}:${contracts.oracle}:${lmp}:${openCase.epoch}:execute`,
      label: `execute the case of ${lmp}, epoch ${openCase.epoch}`,
      to: contracts.oracle,
      data: encodeFunctionData({ abi: lossOracleAbi, functionName: 'execute', args: [lmp] }),
      benign: ['NoCase'],
      maxGas,
    })
  }

  async recoveries(block: BlockRef): Promise<void> {
    const { client, chainId, contracts, send, maxGas } = this.#options
    const { ended, due } = await readRecovered(client, contracts, block, this.#ended)
    for (const id of ended) this.#ended.add(id)
    for (const id of due) {
      await send({
        key: `${chainId}:${contracts.recovery}:${id}:end`,
        label: `end recovery ${id}`,
        to: contracts.recovery,
        data: encodeFunctionData({ abi: recoveryAbi, functionName: 'end', args: [id] }),
        benign: ['AlreadyEnded'],
        maxGas,
      })
    }
  }
}
