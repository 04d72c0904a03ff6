import { start } from '@headrace/chaos-rpc/program'
import { intents } from '@headrace/txmgr'
import Database from 'better-sqlite3'
import { isNotNull } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { readDomain } from '../../src/reads.ts'
import { digestOf } from '../../src/report.ts'
import { signatures } from '../../src/schema.ts'
import type { SignedReport } from '../../src/wire.ts'
import { fetchReport, type Running, reporterEnvs, startOracle, until, urlOf } from '../support/oracles.ts'
import type { Vault, World } from '../support/world.ts'
import { drawKills, type KillPoint } from './draw.ts'

const CRASHING = new URL('./crashing-oracle.ts', import.meta.url).pathname
const TIMEOUT_MS = 90_000

export interface KillReport {
  kills: KillPoint[]
  epochs: number
  /** What contradicts: a case too many or too few, a second signature, a transaction twice. Empty when every claim holds. */
  faults: string[]
  transactions: number
  served: number
}

/**
 * Lets a loss come up in one epoch after the other. In each, the reporter whose turn it is to submit is killed with SIGKILL at
 * points drawn from the seed, then left to finish; the other two run all the time. Judged by the chain and by every report that
 * was ever served.
 */
export async function killScenario(
  world: World,
  { count, seed, say }: { count: number; seed: number; say: (line: string) => void },
): Promise<KillReport> {
  const vault = await world.vault()
  await world.send(world.contracts.access, 'grantRole', 5n, world.admin, 0)
  const plan = drawKills(seed, count)
  // A slot longer than the test: the turn changes with the epoch alone.
  const envs = await reporterEnvs(world, [vault], world.reporters.length, { ROTATION_SLOT_S: '1000000000' })
  const oracles: Running[] = await Promise.all(envs.map((env) => startOracle(env)))
  const watched = watch(envs.map(urlOf), vault)
  try {
    await world.mark(vault)
    for (const [epoch, kills] of plan.entries()) {
      const turn = epoch % envs.length
      const env = envs[turn]
      if (env === undefined) throw new Error('a reporter per turn')
      await oracles[turn]?.stop()
      await world.loss(vault)
      await world.mine(2)
      for (const point of kills) {
        const { child, ended } = start(CRASHING, [], { ...env, CRASH_POINT: point })
        const late = setTimeout(() => child.kill('SIGTERM'), TIMEOUT_MS)
        const { signal, code, stderr } = await ended
        clearTimeout(late)
        if (signal !== 'SIGKILL')
          throw new Error(`epoch ${epoch}: not killed at ${point} but ended with ${code}: ${stderr}`)
        say(`epoch ${epoch}: killed at ${point}`)
      }
      oracles[turn] = await startOracle(env)
      await until(
        `epoch ${epoch} has a case`,
        async () => (await world.openCase(vault.address)).openedAt !== 0n,
      )
      await world.mine(4)
      await until('all have seen it', async () => {
        const served = await Promise.all(envs.map((each) => fetchReport(urlOf(each), vault.address)))
        return served.every((report) => report === undefined)
      })
      await world.send(world.contracts.ledger, 'reject', vault.address)
      say(`epoch ${epoch}: case opened and decided`)
    }
  } finally {
    await watched.stop()
    for (const each of oracles) await each.stop()
  }
  const outcome = await judge(world, vault, plan.length, envs, watched.seen)
  return { kills: plan.flat(), epochs: plan.length, served: watched.seen.size, ...outcome }
}

/** Fetches whatever is served, all the time: what went out once has gone out. */
function watch(urls: readonly string[], vault: Vault) {
  const seen = new Map<string, SignedReport>()
  let on = true
  const done = (async () => {
    while (on) {
      for (const url of urls) {
        // A reporter that is down serves nothing.
        const served = await fetchReport(url, vault.address).catch(() => undefined)
        if (served !== undefined) seen.set(served.signature, served)
      }
      await new Promise((resolve) => setTimeout(resolve, 15))
    }
  })()
  const stop = async () => {
    on = false
    await done
  }
  return { seen, stop }
}

async function judge(
  world: World,
  vault: Vault,
  epochs: number,
  envs: readonly Record<string, string>[],
  served: ReadonlyMap<string, SignedReport>,
) {
  const faults: string[] = []
  const opened = (await world.casesOpened(vault.address)).map(({ args }) => args)
  for (let epoch = 0n; epoch < BigInt(epochs); epoch += 1n) {
    const cases = opened.filter((each) => each.epoch === epoch)
    if (cases.length !== 1) faults.push(`epoch ${epoch} has ${cases.length} cases`)
  }
  if (opened.length !== epochs) faults.push(`${opened.length} cases for ${epochs} epochs`)

  const domain = await readDomain(world.client, world.contracts.oracle.address)
  const signed = new Map<string, string>()
  const note = (what: string, digest: string) => {
    if (signed.has(what) && signed.get(what) !== digest) faults.push(`${what}: signed twice`)
    signed.set(what, digest)
  }
  for (const { report, signer } of served.values()) {
    const digest = digestOf(domain, report)
    note(`${signer}, epoch ${report.epoch}, last ${report.last}`, digest)
    const truth = opened.find((each) => each.epoch === report.epoch)
    const matches = truth?.first === report.first && truth.last === report.last && truth.loss === report.loss
    if (!matches || truth.windowHash !== report.windowHash)
      faults.push(`${signer}, epoch ${report.epoch}: served another report`)
  }
  let transactions = 0
  for (const [n, env] of envs.entries()) {
    const address = world.reporters[n]?.address
    if (address === undefined) throw new Error('a key per reporter')
    const { rows, sent } = journalOf(env.DATABASE_FILE ?? '')
    for (const { epoch, last, digest, signature } of rows) {
      note(`${address}, epoch ${epoch}, last ${last}`, digest)
      if (signature === null) faults.push(`${address}, epoch ${epoch}: decided and never signed`)
    }
    if (rows.length !== epochs) faults.push(`${address} signed ${rows.length} reports in ${epochs} epochs`)
    const nonce = await world.client.getTransactionCount({ address })
    if (nonce !== sent) faults.push(`${address} sent ${nonce} transactions, its journal knows ${sent}`)
    transactions += nonce
  }
  if (transactions !== epochs) faults.push(`${transactions} transactions for ${epochs} cases`)
  return { faults, transactions }
}

function journalOf(path: string) {
  const file = new Database(path, { readonly: true })
  try {
    const db = drizzle({ client: file })
    const sent = db.select().from(intents).where(isNotNull(intents.nonce)).all()
    return { rows: db.select().from(signatures).all(), sent: sent.length }
  } finally {
    file.close()
  }
}
