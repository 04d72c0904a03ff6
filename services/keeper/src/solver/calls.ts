import { solverExecutorAbi } from '@headrace/abi'
import { type Address, encodeFunctionData, erc20Abi, type Hex } from 'viem'

/** One step of a route, run by the SolverExecutor: `target` may spend the approved amounts during its call. */
export interface Call {
  target: Address
  approvals: { token: Address; amount: bigint }[]
  data: Hex
}

/** One side of a rebalance; the zero address is idle. */
export interface Leg {
  destination: Address
  units: bigint
}

/** What the executor would be asked to do. */
export interface Proposal {
  outs: Leg[]
  ins: Leg[]
  calls: Call[]
  /** Tokens that may be left over, for the owner. */
  sweep: Address[]
}

/** A transaction from anybody, for simulation only. */
export interface SimulatedCall {
  from: Address
  to: Address
  data: Hex
}

export function executeData(lmp: Address, { outs, ins, calls, sweep }: Proposal): Hex {
  return encodeFunctionData({
    abi: solverExecutorAbi,
    functionName: 'execute',
    args: [lmp, outs, ins, calls, sweep],
  })
}

/** The executor's route as separate transactions from its own address. */
export function asTransactions(executor: Address, calls: readonly Call[]): SimulatedCall[] {
  return calls.flatMap(({ target, approvals, data }) => [
    ...approvals.map(({ token, amount }) => ({
      from: executor,
      to: token,
      data: encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [target, amount] }),
    })),
    { from: executor, to: target, data },
  ])
}

/** The transfer with which the vault starts a rebalance. */
export function vaultSends(lmp: Address, token: Address, executor: Address, amount: bigint): SimulatedCall {
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [executor, amount] })
  return { from: lmp, to: token, data }
}
