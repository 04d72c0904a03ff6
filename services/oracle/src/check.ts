import { readHead } from '@headrace/chain'
import { createLog, oneLine, PRODUCT, StartupError } from '@headrace/service'
import { formatEther } from 'viem'
import type { OracleConfig } from './config.ts'
import { Finality, NO_MEMORY } from './finality.ts'
import { CONTRACT_VERSION, openEnvironment } from './open.ts'

/** Deadline of a peer's answer. */
const PEER_TIMEOUT_MS = 5_000

/**
 * Prints what was proven.
 * @throws StartupError in one line that names what was not.
 */
export async function runCheck(config: OracleConfig): Promise<void> {
  const log = createLog({ service: 'oracle', level: config.LOG_LEVEL })
  const environment = await openEnvironment(config, log)
  const { chain, contracts, lmps, reporters, quorum, account, balance } = environment
  const say = (what: string, finding: string) => process.stdout.write(`${what.padEnd(12)}${finding}\n`)
  const failed: string[] = []
  const prove = async (what: string, proof: () => Promise<string>) => {
    try {
      say(what, await proof())
    } catch (error) {
      say(what, `FAILED: ${oneLine(error)}`)
      failed.push(what)
    }
  }

  say('chain', `${config.CHAIN_ID}`)
  for (const { label, client } of chain.endpoints) {
    await prove(`endpoint`, async () => {
      const head = await readHead(client).catch((error: unknown) => {
        throw new Error(`${label} does not answer (${oneLine(error)})`)
      })
      return `${label}: block ${head.number}`
    })
  }
  await prove('finalized', async () => {
    const finality = new Finality(chain.endpoints, config.FINALITY_DEPTH, NO_MEMORY)
    const { number, hash } = await finality.newest()
    return `block ${number} ${hash}`
  })
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
  for (const url of config.PEER_URLS) await prove('peer', () => greet(url))
  if (failed.length > 0) throw new StartupError(`not proven: ${failed.join(', ')}; see the lines above`, 1)
}

async function greet(url: string): Promise<string> {
  const { host } = new URL(url)
  const answer = await fetch(new URL('healthz', url.endsWith('/') ? url : `${url}/`), {
    signal: AbortSignal.timeout(PEER_TIMEOUT_MS),
  }).catch((error: unknown) => {
    throw new Error(`${host} is not reached (${oneLine(error)})`)
  })
  if (!answer.ok) throw new Error(`${host} answers HTTP ${answer.status}`)
  return `${host} answers`
}
