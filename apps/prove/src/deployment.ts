import { readFileSync } from 'node:fs'
import { type Address, getAddress } from 'viem'
import { record } from './summary.ts'

/** The cycle manager and the assets of its reactors, from a devnet's deployment file. */
export function readReactors(file: string): { cycleManager: Address; assets: Address[] } {
  const { contract, items } = read(file)
  return {
    cycleManager: contract('cycleManager'),
    assets: items('reactors').map((reactor) => address(reactor.asset)),
  }
}

/** The vaults' assets. */
export function readVaults(file: string): { asset: string; decimals: number }[] {
  const { items } = read(file)
  const tokens = items('tokens')
  return items('lmps').map((lmp) => {
    const token = tokens.find((listed) => address(listed.address) === address(lmp.asset))
    return { asset: String(token?.symbol), decimals: Number(token?.decimals) }
  })
}

/** Who counts losses and who answers for them. */
export function readLosses(file: string) {
  const { contract, items } = read(file)
  const lmps = items('lmps')
  return {
    toke: contract('toke'),
    lossOracle: contract('lossOracle'),
    recovery: contract('recovery'),
    lmps: lmps.map((lmp) => address(lmp.address)),
    backings: lmps.flatMap((lmp) =>
      lmp.backing === undefined
        ? []
        : [{ lmp: address(lmp.address), asset: address(lmp.asset), pool: address(record(lmp.backing).pool) }],
    ),
  }
}

function read(file: string) {
  const root = record(JSON.parse(readFileSync(file, 'utf8')))
  const contracts = record(root.contracts)
  return {
    contract: (name: string): Address => address(contracts[name]),
    items: (name: string): Record<string, unknown>[] => {
      const list = root[name]
      return Array.isArray(list) ? list.map(record) : []
    },
  }
}

const address = (value: unknown): Address => getAddress(String(value))
