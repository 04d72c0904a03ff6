import { randomInt } from 'node:crypto'
import { type ChaosRpc, type Rule, seeded, startChaosRpc } from '@headrace/chaos-rpc'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EXIT_CONTRADICTION, EXIT_FINALITY } from '../src/errors.ts'
import { readDomain } from '../src/reads.ts'
import { digestOf, signerOf } from '../src/report.ts'
import type { SignedReport } from '../src/wire.ts'
import { oracle as command } from './support/cli.ts'
import {
  fetchReport,
  metric,
  type Running,
  reporterEnv,
  startOracle,
  until,
  urlOf,
} from './support/oracles.ts'
import { HOUR, SUPPLY, type Vault, World } from './support/world.ts'

const SEED = Number(BigInt(process.env.FUZZ_SEED ?? randomInt(2 ** 31)) % 2n ** 31n)
const random = seeded(SEED)
const pick = <T>(items: readonly T[]): T => {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new Error('nothing to pick from')
  return item
}

let world: World
let proxy: ChaosRpc
let running: Running | undefined
beforeEach(async () => {
  world = await World.start()
  proxy = await startChaosRpc({ upstream: world.node.url, seed: SEED })
})
afterEach(async () => {
  await running?.stop()
  running = undefined
  await proxy.close()
  await world.stop()
})

const reorg = (depth: number) => world.node.rpc('anvil_reorg', depth, [])

/** Writes down every report that is served from now on. */
function watch(url: string, vaults: readonly Vault[]) {
  const seen = new Map<string, SignedReport>()
  let on = true
  const done = (async () => {
    while (on) {
      for (const { address } of vaults) {
        // An oracle that has stopped serves nothing.
        const served = await fetchReport(url, address).catch(() => undefined)
        if (served !== undefined) seen.set(served.signature, served)
      }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  })()
  return {
    seen,
    stop: async () => {
      on = false
      await done
    },
  }
}

/** A wrong signature: of anything but what the contract says at that block of the chain as it stands at the end. */
async function wrong(reports: Iterable<SignedReport>): Promise<string[]> {
  const domain = await readDomain(world.client, world.contracts.oracle.address)
  const found: string[] = []
  for (const { report, signature, signer, block } of reports) {
    const canonical = await world.client.getBlock({ blockNumber: block.number })
    const truth = canonical.hash === block.hash ? await world.truth(report.lmp, block.hash) : undefined
    const right = truth !== undefined && digestOf(domain, truth) === digestOf(domain, report)
    if (!right || (await signerOf(digestOf(domain, report), signature)) !== signer) {
      found.push(
        `${report.lmp}, block ${block.number}: ${report.first} to ${report.last}, loss ${report.loss}`,
      )
    }
  }
  return found
}

const CHAOS: readonly Rule[][] = [
  [{ kind: 'lyingCall', chance: 0.5 }],
  [{ kind: 'lyingCall' }],
  [{ kind: 'delay', ms: 1_500, chance: 0.5 }],
  [{ kind: 'down', chance: 0.5 }],
  [{ kind: 'dropResponse', chance: 0.3 }],
  [{ kind: 'staleHead', blocks: 3 }],
  [
    { kind: 'lyingCall', chance: 0.2 },
    { kind: 'delay', ms: 300, chance: 0.2 },
    { kind: 'error', code: -32000, message: 'header not found', chance: 0.1 },
  ],
]

it('an endpoint that lies, stalls or lags and reorgs 5 deep: what is signed is true, and in the end it is signed', async () => {
  console.log(`chaos: FUZZ_SEED=${SEED}`)
  const vaults: Vault[] = []
  for (let i = 0; i < CHAOS.length; i++) vaults.push(await world.vault())
  const env = await reporterEnv(world, vaults, 0, {
    RPC_URLS: `${world.node.url},${proxy.url}`,
    RPC_TIMEOUT_MS: '800',
    FINALITY_DEPTH: '6',
    POLL_INTERVAL_MS: '20',
  })
  running = await startOracle(env)
  const watched = watch(running.url, vaults)
  for (const [round, rules] of CHAOS.entries()) {
    const vault = vaults[round]
    if (vault === undefined) throw new Error('a vault per round')
    await world.mark(vault)
    proxy.set(...rules)
    await world.loss(vault)
    // What a reader of the head takes for a loss is gone, and another one comes.
    for (let i = 0; i < 2; i++) {
      await world.pass(60n)
      await reorg(pick([3, 4, 5]))
      await world.checkpoint(vault, (SUPPLY * pick([80n, 85n, 95n])) / 100n, pick([HOUR, 5n * HOUR]))
    }
    await world.loss(vault, (SUPPLY * pick([70n, 75n])) / 100n)
    await world.mine(3)
    await new Promise((resolve) => setTimeout(resolve, 300))
    proxy.set()
  }
  await world.mine(6)
  for (const { address } of vaults) {
    await until('every report is served', async () => {
      const served = await fetchReport(urlOf(env), address)
      if (served?.report.windowHash !== (await world.truth(address)).windowHash) return false
      // The watcher may not have come by yet.
      watched.seen.set(served.signature, served)
      return true
    })
  }
  await watched.stop()
  expect(await wrong(watched.seen.values())).toEqual([])
  expect(watched.seen.size).toBe(CHAOS.length)
  expect(await metric(running.url, 'oracle_look_failures_total{error="DisagreementError"}')).toBeGreaterThan(
    0,
  )
  expect(await metric(running.url, 'oracle_look_failures_total{error="EndpointError"}')).toBeGreaterThan(0)
  expect(await metric(running.url, 'oracle_alarm{alarm="disagreement"}')).toBe(0)
})

describe('it stops for good', () => {
  it('when a finalized hash changes, and again after a restart', async () => {
    const vault = await world.vault()
    const env = await reporterEnv(world, [vault], 0, {
      RPC_URLS: `${world.node.url},${proxy.url}`,
      FINALITY_DEPTH: '3',
    })
    running = await startOracle(env)
    await world.mark(vault)
    await world.loss(vault)
    await world.mine(3)
    await until('it signs', async () => (await fetchReport(running?.url ?? '', vault.address)) !== undefined)
    await reorg(5)
    expect(await running.ended).toMatchObject({ name: 'FinalityError', exitCode: EXIT_FINALITY })

    await world.mine(10)
    const { code, stderr, stdout } = await command(['run'], { ...env, LOG_LEVEL: 'info' })
    expect(code).toBe(EXIT_FINALITY)
    expect(stderr).toMatch(/^oracle: block \d+ was final as 0x\w+ and is now 0x\w+: .*\n$/)
    expect(stdout).toMatch(/"alarm":"finality"/)

    // The operator knows why: it goes on, and what it signed on the old chain it still knows.
    expect((await command(['forget-blocks'], env)).code).toBe(0)
    running = await startOracle(env)
    const looked = async () => (await metric(running?.url ?? '', 'oracle_looked_block')) > 0
    await until('it looks again', looked)
  })

  it('not when one endpoint alone has another chain: then nothing is signed', async () => {
    const vault = await world.vault()
    const other = await World.start()
    try {
      const env = await reporterEnv(world, [vault], 0, { RPC_URLS: `${world.node.url},${other.node.url}` })
      running = await startOracle(env)
      await world.mark(vault)
      await world.loss(vault)
      for (const each of [world, other]) await each.mine(30)
      const disagreed = 'oracle_look_failures_total{error="DisagreementError"}'
      await until('it sees the difference', async () => (await metric(running?.url ?? '', disagreed)) > 3)
      expect(await metric(running.url, 'oracle_alarm{alarm="disagreement"}')).toBe(1)
      expect((await fetch(`${running.url}/readyz`)).status).toBe(503)
      expect(await fetchReport(running.url, vault.address)).toBeUndefined()
    } finally {
      await other.stop()
    }
  })

  it('when what it computes is not what the contract says', async () => {
    const vault = await world.vault()
    const env = await reporterEnv(world, [vault], 0, { RPC_URLS: proxy.url })
    running = await startOracle(env)
    const watched = watch(running.url, [vault])
    await world.mark(vault)
    await world.mine(2)
    proxy.set({ kind: 'lyingCall' })
    await world.loss(vault)
    await world.mine(2)
    expect(await running.ended).toMatchObject({ name: 'ContradictionError', exitCode: EXIT_CONTRADICTION })
    await watched.stop()
    expect(await wrong(watched.seen.values())).toEqual([])
  })
})
