import { afterAll, beforeAll, expect, it } from 'vitest'
import { readDomain } from '../src/reads.ts'
import { digestOf, signerOf } from '../src/report.ts'
import {
  fetchReport,
  metric,
  type Running,
  reporterEnv,
  reporterEnvs,
  startOracle,
  until,
} from './support/oracles.ts'
import { GWEI, HOUR, SUPPLY, World } from './support/world.ts'

let world: World
const running: Running[] = []
beforeAll(async () => {
  world = await World.start()
})
afterAll(async () => {
  await Promise.all(running.map((each) => each.stop()))
  await world?.stop()
})

const run = async (...args: Parameters<typeof startOracle>) => {
  const oracle = await startOracle(...args)
  running.push(oracle)
  return oracle
}

it('two of three reporters reach a quorum over HTTP; one transaction opens the case, one executes it, once', async () => {
  const vault = await world.vault()
  // The third one is down.
  const envs = (await reporterEnvs(world, [vault], 3)).slice(0, 2)
  const oracles = await Promise.all(envs.map((env) => run(env)))
  await world.mark(vault)
  await world.mine(2)
  await until('all have looked', async () => (await metric(oracles[0]?.url ?? '', 'oracle_looked_block')) > 0)
  for (const { url } of oracles) expect(await fetchReport(url, vault.address)).toBeUndefined()

  await world.loss(vault)
  const truth = await world.truth(vault.address)
  await world.mine(2)
  await until('a case is open', async () => (await world.openCase(vault.address)).openedAt !== 0n)
  const [opened, ...more] = await world.casesOpened(vault.address)
  expect(more).toEqual([])
  expect(opened?.args).toMatchObject({ epoch: 0n, first: truth.first, last: truth.last, loss: truth.loss })
  expect(opened?.args.loss).toBe(SUPPLY / 10n - 4n * GWEI)
  expect(opened?.args.signers).toHaveLength(2)

  await world.mine(4)
  const domain = await readDomain(world.client, world.contracts.oracle.address)
  for (const { url } of oracles) {
    await until('the case is seen', async () => (await fetchReport(url, vault.address)) === undefined)
    expect(await metric(url, 'oracle_alarm{alarm="conflict"}')).toBe(0)
  }
  expect(domain.chainId).toBe(31337n)

  const executor = await run(
    await reporterEnv(world, [vault], 99, {
      PERSONALITY: 'executor',
      DATABASE_FILE: `${world.dir}/executor.db`,
    }),
  )
  await world.pass(47n * HOUR)
  await world.mine(4)
  await until('it has looked', async () => (await metric(executor.url, 'oracle_looked_block')) > 0)
  expect((await world.ledgerState(vault.address)).epoch).toBe(0n)
  await world.pass(HOUR)
  await world.mine(4)
  await until('the case is executed', async () => (await world.ledgerState(vault.address)).epoch === 1n)
  await world.mine(4)
  expect(await world.client.getTransactionCount({ address: world.executor.address })).toBe(1)

  // Back at the mark: the recovery ends, and nobody is asked twice.
  for (let i = 0; i < 2; i++) await world.checkpoint(vault, SUPPLY, HOUR)
  await world.mine(4)
  const recovery = { ...world.contracts.recovery, functionName: 'entry', args: [0n] }
  await until('the recovery ends', async () => {
    const entry = await world.client.readContract(recovery)
    return typeof entry === 'object' && entry !== null && 'ended' in entry && entry.ended === true
  })
  await world.mine(4)
  expect(await world.client.getTransactionCount({ address: world.executor.address })).toBe(2)
  expect(await world.casesOpened(vault.address)).toHaveLength(1)
})

it('the next in rotation submits what a silent reporter does not', async () => {
  const vault = await world.vault()
  const envs = await reporterEnvs(world, [vault], 3, { ROTATION_SLOT_S: '900' })
  // Epoch 0: it is the first one's turn, and it is down.
  const [, second, third] = envs
  if (second === undefined || third === undefined) throw new Error('three reporters')
  const oracles = [await run(second), await run(third)]
  await world.mark(vault)
  await world.loss(vault)
  await world.mine(2)
  for (const { url } of oracles) {
    await until('a quorum is known', async () => (await metric(url, 'oracle_signatures')) === 2)
  }
  expect(await world.casesOpened(vault.address)).toEqual([])
  const [before2, before3] = await Promise.all(world.reporters.slice(1).map(({ address }) => count(address)))
  await world.pass(901n)
  await world.mine(2)
  await until('a case is open', async () => (await world.openCase(vault.address)).openedAt !== 0n)
  const [, two, three] = world.reporters
  expect(await count(two?.address ?? '0x')).toBe((before2 ?? 0) + 1)
  expect(await count(three?.address ?? '0x')).toBe(before3)
})

it('what is served is signed by the reporter, of what the contract says at the block it names', async () => {
  const vault = await world.vault()
  const oracle = await run(await reporterEnv(world, [vault], 0))
  await world.mark(vault)
  await world.loss(vault)
  await world.mine(2)
  await until('a report is served', async () => (await fetchReport(oracle.url, vault.address)) !== undefined)
  const served = await fetchReport(oracle.url, vault.address)
  if (served === undefined) throw new Error('it is gone')
  expect(served.report).toEqual(await world.truth(vault.address, served.block.hash))
  const domain = await readDomain(world.client, world.contracts.oracle.address)
  const digest = digestOf(domain, served.report)
  expect(await signerOf(digest, served.signature)).toBe(world.reporters[0]?.address)
  expect(served.signer).toBe(world.reporters[0]?.address)
  const { oracle: contract } = world.contracts
  expect(
    await world.client.readContract({ ...contract, functionName: 'hashReport', args: [served.report] }),
  ).toBe(digest)
})

function count(address: `0x${string}`): Promise<number> {
  return world.client.getTransactionCount({ address })
}
