import { rebalanceGateAbi } from '@headrace/abi'
import {
  type Address,
  decodeErrorResult,
  decodeFunctionResult,
  encodeFunctionData,
  erc20Abi,
  type Hex,
  type PublicClient,
  parseEventLogs,
} from 'viem'
import { errorsAbi } from '../errors.ts'
import {
  asTransactions,
  type Call,
  executeData,
  type Proposal,
  type SimulatedCall,
  vaultSends,
} from './calls.ts'

/** The vault, the solver contract and the block all simulations of one search stand on. */
export interface Setting {
  client: PublicClient
  blockNumber: bigint
  lmp: Address
  executor: Address
  owner: Address
}

/** What the gate says of a proposal; amounts in base units of the vault's asset. */
export type Check =
  /** Executed in simulation, or refused for costing too much. `allowed`: what it may cost at most, exclusive. */
  | { kind: 'weighed'; passes: boolean; cost: bigint; gain: bigint; allowed: bigint; gas: bigint }
  | { kind: 'impossible'; why: string }

const WAD = 10n ** 18n

/** What `calls` leave the executor with of each token, after the vault sent it `amount` of `out`. Undefined: they fail. */
export async function measure(
  setting: Setting,
  out: { token: Address; amount: bigint },
  calls: readonly Call[],
  tokens: readonly Address[],
): Promise<bigint[] | undefined> {
  const { lmp, executor } = setting
  const balances = tokens.map((token) => ({
    from: executor,
    to: token,
    data: encodeFunctionData({ abi: erc20Abi, functionName: 'balanceOf', args: [executor] }),
  }))
  const route = [vaultSends(lmp, out.token, executor, out.amount), ...asTransactions(executor, calls)]
  const results = await simulate(setting, [...balances, ...route, ...balances])
  if (results.some(({ ok }) => !ok)) return undefined
  const amount = (index: number) => {
    const data = results[index]?.data ?? '0x'
    return decodeFunctionResult({ abi: erc20Abi, functionName: 'balanceOf', data })
  }
  // What lay there before is not the route's doing.
  return tokens.map((_, i) => amount(balances.length + route.length + i) - amount(i))
}

/** Runs the whole proposal as its owner would and reads the gate's verdict. `factor`: the gate's cost factor, WAD. */
export async function weigh(setting: Setting, proposal: Proposal, factor: bigint): Promise<Check> {
  const data = executeData(setting.lmp, proposal)
  const [result] = await simulate(setting, [{ from: setting.owner, to: setting.executor, data }])
  if (result === undefined) return { kind: 'impossible', why: 'the simulation returned nothing' }
  if (result.ok) {
    const [checked] = parseEventLogs({
      abi: rebalanceGateAbi,
      eventName: 'RebalanceChecked',
      logs: [...result.logs],
    })
    if (checked === undefined) return { kind: 'impossible', why: 'the gate said nothing' }
    const { cost, gain, factor: applied } = checked.args
    return { kind: 'weighed', passes: true, cost, gain, allowed: (gain * applied) / WAD, gas: result.gasUsed }
  }
  const error = readError(result.data)
  if (error?.errorName !== 'NoImprovement') {
    return { kind: 'impossible', why: error?.errorName ?? `reverted with ${result.data.slice(0, 10)}` }
  }
  const [cost, allowed] = error.args
  return {
    kind: 'weighed',
    passes: false,
    cost,
    gain: (allowed * WAD) / factor,
    allowed,
    gas: result.gasUsed,
  }
}

/** Whether a proposal is carried out as it is. */
export type Attempt = { ok: true } | { ok: false; why: string }

/** Runs the whole proposal as its owner would. */
export async function attempt(setting: Setting, proposal: Proposal): Promise<Attempt> {
  const data = executeData(setting.lmp, proposal)
  const [result] = await simulate(setting, [{ from: setting.owner, to: setting.executor, data }])
  if (result === undefined) return { ok: false, why: 'the simulation returned nothing' }
  if (result.ok) return { ok: true }
  return { ok: false, why: readError(result.data)?.errorName ?? `reverted with ${result.data.slice(0, 10)}` }
}

function readError(data: Hex) {
  try {
    return decodeErrorResult({ abi: errorsAbi, data })
  } catch {
    return undefined
  }
}

async function simulate({ client, blockNumber }: Setting, calls: readonly SimulatedCall[]) {
  const [block] = await client.simulateBlocks({ blockNumber, blocks: [{ calls: [...calls] }] })
  return (block?.calls ?? []).map(({ status, data, logs, gasUsed }) => ({
    ok: status === 'success',
    data,
    logs: logs ?? [],
    gasUsed,
  }))
}
