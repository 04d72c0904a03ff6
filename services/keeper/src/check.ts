import { createLog } from '@headrace/service'
import { formatEther } from 'viem'
import type { KeeperConfig } from './config.ts'
import { openEnvironment } from './open.ts'

/** Prints what was proven; a failed proof ends the program with its one line. */
export async function runCheck(config: KeeperConfig): Promise<void> {
  const log = createLog({ service: 'keeper', level: config.LOG_LEVEL })
  const { chain, deployment, account, balance } = await openEnvironment(config, log)
  const head = await chain.client.getBlock()
  const destinations = deployment.lmps.flatMap((lmp) => lmp.destinations)
  const say = (what: string, finding: string) => process.stdout.write(`${what.padEnd(12)}${finding}\n`)
  say('chain', `${config.CHAIN_ID}, ${chain.endpoints.length} endpoint(s), block ${head.number}`)
  say(
    'deployment',
    `${deployment.lmps.length} vault(s), ${destinations.length} destinations, ${deployment.reactors.length} reactors`,
  )
  if (account === undefined) {
    say('account', 'none: no key is configured, the keeper would only show what it would send')
    return
  }
  const low =
    balance < config.MIN_BALANCE_ETH ? ` (below MIN_BALANCE_ETH ${formatEther(config.MIN_BALANCE_ETH)})` : ''
  say('account', `${account.address}, ${formatEther(balance)} ETH${low}`)
}
