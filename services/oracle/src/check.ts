import { readHead } from '@headrace/chain'
import { createLog, oneLine, PRODUCT } from '@headrace/service'
import { formatEther } from 'viem'
import type { OracleConfig } from './config.ts'
import { Finality } from './finality.ts'
import { Journal } from './journal.ts'
import { CONTRACT_VERSION, openEnvironment } from './open.ts'

/** Deadline of a peer's answer. */
const PEER_TIMEOUT_MS = 5_000

/** Prints what was proven; a failed proof ends the program with its one line. */
export async function runCheck(config: OracleConfig): Promise<void> {
  const log = createLog({ service: 'oracle', level: config.LOG_LEVEL })
  const environment = await openEnvironment(config, log)
  const { chain, contracts, lmps, reporters, quorum, account, balance } = environment
  const say = (what: string, finding: string) => process.stdout.write(`${what.padEnd(12)}${finding}\n`)

  say('chain', `${config.CHAIN_ID}`)
  for (const { label, client } of chain.endpoints) {
    const head = await readHead(client).catch(oneLine)
    say(
      'endpoint',
      typeof head === 'string' ? `${label}: DOES NOT ANSWER (${head})` : `${label}: block ${head.number}`,
    )
  }
  const memory = new Journal(':memory:')
  const finality = new Finality(chain.endpoints, config.FINALITY_DEPTH, memory)
  const finalized = await finality.newest().catch(oneLine)
  memory.close()
  say(
    'finalized',
    typeof finalized === 'string'
      ? `NOT AGREED: ${finalized}`
      : `block ${finalized.number} ${finalized.hash}`,
  )
  const behind = BigInt(Math.floor(Date.now() / 1000)) - (await readHead(chain.client)).timestamp
  say('clock', `block time is ${behind >= 0n ? `${behind} s behind` : `${-behind} s ahead of`} this machine`)
  say('contract', `${PRODUCT} version ${CONTRACT_VERSION} at ${contracts.oracle}`)
  say('reporters', `${quorum} of ${reporters.length}: ${reporters.join(', ')}`)
  say('vaults', lmps.length === 0 ? 'none' : lmps.join(', '))
  if (account === undefined) {
    say('account', 'none: no key is configured, the oracle would sign and send nothing')
  } else {
    const role = reporters.includes(account.address) ? 'reporter' : 'no reporter'
    const low =
      balance < config.MIN_BALANCE_ETH
        ? ` (below MIN_BALANCE_ETH ${formatEther(config.MIN_BALANCE_ETH)})`
        : ''
    say('account', `${account.address}, ${role}, ${formatEther(balance)} ETH${low}`)
  }
  for (const url of config.PEER_URLS) say('peer', `${new URL(url).host}: ${await greet(url)}`)
}

async function greet(url: string): Promise<string> {
  try {
    const { ok, status } = await fetch(new URL('healthz', url.endsWith('/') ? url : `${url}/`), {
      signal: AbortSignal.timeout(PEER_TIMEOUT_MS),
    })
    return ok ? 'answers' : `ANSWERS HTTP ${status}`
  } catch (error) {
    return `NOT REACHED (${oneLine(error)})`
  }
}
