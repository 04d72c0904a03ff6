import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, getAddress } from 'viem'
import { record } from './summary.ts'

export const deploymentFile = (root: string) => join(root, 'deployments', '31337.json')

/** The cycle manager and the assets of its reactors, from a devnet's deployment file. */
export function readReactors(file: string): { cycleManager: Address; assets: Address[] } {
  const root = record(JSON.parse(readFileSync(file, 'utf8')))
  const reactors: unknown[] = Array.isArray(root.reactors) ? root.reactors : []
  return {
    cycleManager: getAddress(String(record(root.contracts).cycleManager)),
    assets: reactors.map((reactor) => getAddress(String(record(reactor).asset))),
  }
}
