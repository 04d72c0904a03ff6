import fc from 'fast-check'
import { type Address, zeroHash } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Checkpoint, computeReport, hashOf, lossOf, type State, thresholdOf } from '../src/compute.ts'
import { readState } from '../src/reads.ts'
import { submitterOf } from '../src/reporter.ts'
import { type Contract, HOUR, SUPPLY, type Vault, World } from './support/world.ts'

const WAD = 10n ** 18n
const LMP: Address = '0x0000000000000000000000000000000000000001'
const T0 = 1_000_000n

/** Checkpoints hashed as the ledger does, at times in hours, at values in percent of the mark. */
function chain(points: readonly (readonly [hours: bigint, percent: bigint])[], from = 0n): Checkpoint[] {
  const made: Checkpoint[] = []
  for (const [index, [hours, percent]] of points.entries()) {
    const high = (percent * WAD) / 100n
    const bare = {
      id: from + BigInt(index),
      time: T0 + hours * HOUR,
      high,
      low: high,
      mark: WAD,
      supply: 500n,
    }
    const previous = made.at(-1)?.hash ?? zeroHash
    made.push({ ...bare, hash: hashOf(LMP, previous, { ...bare, hash: zeroHash }) })
  }
  return made
}

/** A state the contract agrees with, unless `change` says otherwise. */
function stateOf(
  checkpoints: Checkpoint[],
  first: number,
  last: number,
  loss: bigint,
  change: Partial<State> = {},
): State {
  const count = BigInt(checkpoints.length)
  const found = loss > 0n
  return {
    block: { number: 9n, hash: zeroHash, parentHash: zeroHash, timestamp: T0 + 1_000n * HOUR },
    domain: { name: 'x', version: '1', chainId: 1n, verifyingContract: LMP },
    reporters: [LMP],
    quorum: 1n,
    lmp: LMP,
    backed: true,
    epoch: 3n,
    since: 0n,
    count,
    checkpoints,
    openCase: { openedAt: 0n, executableAt: 0n, epoch: 0n, loss: 0n },
    current: {
      lmp: LMP,
      epoch: 3n,
      first: found ? BigInt(first) : 0n,
      last: found ? BigInt(last) : 0n,
      windowHash: found ? (checkpoints[last]?.hash ?? zeroHash) : zeroHash,
      loss,
    },
    ...change,
  }
}

describe('the report of a state', () => {
  const six = [0n, 6n, 12n, 18n, 24n].map((hours) => [hours, 90n] as const)

  it('is the earliest window, with the smallest loss in it', () => {
    const points = chain([
      [0n, 100n],
      ...six.map(([h, p]) => [h + 6n, h === 12n ? 95n : p] as const),
      [40n, 99n],
    ])
    const finding = computeReport(stateOf(points, 1, 5, 25n))
    expect(finding).toEqual({
      kind: 'report',
      report: { lmp: LMP, epoch: 3n, first: 1n, last: 5n, windowHash: points[5]?.hash, loss: 25n },
      windowEnd: T0 + 30n * HOUR,
    })
  })

  it.each<[string, [bigint, bigint][]]>([
    [
      'below the threshold',
      [
        [0n, 90n],
        [6n, 90n],
        [12n, 100n],
        [18n, 90n],
        [24n, 90n],
      ],
    ],
    [
      'less than 24 h',
      [
        [0n, 90n],
        [6n, 90n],
        [12n, 90n],
        [18n, 90n],
        [23n, 90n],
      ],
    ],
    [
      'three that are 4 h apart',
      [
        [0n, 90n],
        [1n, 90n],
        [2n, 90n],
        [20n, 90n],
        [25n, 90n],
      ],
    ],
    ['none at all', []],
  ])('there is none: %s', (_, points) => {
    expect(computeReport(stateOf(chain(points), 0, 0, 0n))).toMatchObject({ kind: 'nothing' })
  })

  it('a loss of exactly the threshold counts, one wei less does not', () => {
    const [exact] = chain([[0n, 99n]])
    if (exact === undefined) throw new Error('one')
    expect(lossOf(exact)).toBe(thresholdOf(exact))
    expect(lossOf({ ...exact, high: exact.high + 2n * 10n ** 15n })).toBe(thresholdOf(exact) - 1n)
  })

  it('is nothing while a case is open, or when nobody backs the vault', () => {
    const points = chain(six)
    const open = { openedAt: 1n, executableAt: 2n, epoch: 3n, loss: 50n }
    expect(computeReport(stateOf(points, 0, 4, 50n, { openCase: open }))).toMatchObject({
      reason: 'a case is open',
    })
    expect(computeReport(stateOf([], 0, 0, 0n, { backed: false, current: undefined }))).toMatchObject({
      reason: 'nobody backs the LMP',
    })
  })

  it.each<[string, (points: Checkpoint[]) => State, RegExp]>([
    [
      'a checkpoint was changed',
      (points) =>
        stateOf(
          points.map((p, i) => (i === 2 ? { ...p, supply: 501n } : p)),
          0,
          4,
          50n,
        ),
      /checkpoint 2 breaks the hash chain/,
    ],
    [
      'one is missing',
      (points) => stateOf(points.toSpliced(2, 1), 0, 3, 50n, { count: 5n }),
      /4 checkpoints were read, not 5/,
    ],
    [
      'two are swapped',
      ([a, b, ...rest]) => stateOf(a && b ? [b, a, ...rest] : [], 0, 4, 50n),
      /out of order/,
    ],
    [
      'one is of the future',
      (points) => {
        const state = stateOf(points, 0, 4, 50n)
        return { ...state, block: { ...state.block, timestamp: T0 + 23n * HOUR } }
      },
      /checkpoint 4 has a wrong time/,
    ],
    ['the contract says another loss', (points) => stateOf(points, 0, 4, 51n), /reports something else/],
    ['the contract says nothing', (points) => stateOf(points, 0, 4, 0n), /reports something else/],
    [
      'the first that counts is not there',
      (points) => stateOf(points, 0, 4, 50n, { since: 6n }),
      /not written yet/,
    ],
  ])('contradicts itself: %s', (_, make, reason) => {
    const finding = computeReport(make(chain(six)))
    expect(finding).toMatchObject({ kind: 'contradiction', reason: expect.stringMatching(reason) })
  })

  it('the submitter changes with the epoch and every slot, in the order of the contract', () => {
    const reporters: Address[] = ['0x01', '0x02', '0x03']
    const at = (epoch: bigint, seconds: bigint) =>
      submitterOf(
        {
          epoch,
          reporters,
          block: { number: 1n, hash: zeroHash, parentHash: zeroHash, timestamp: T0 + seconds },
        },
        T0,
        900n,
      )
    expect([at(0n, 0n), at(0n, 899n), at(0n, 900n), at(0n, 2_700n)]).toEqual(['0x01', '0x01', '0x02', '0x01'])
    expect([at(1n, 0n), at(5n, 0n), at(5n, 900n)]).toEqual(['0x02', '0x03', '0x01'])
  })
})

/** Histories of the real ledger: many vaults, one clock, values around the threshold, cases decided now and then. */
describe('against the contracts', () => {
  const VAULTS = 8
  const STEPS = 76
  const LEVELS = [
    SUPPLY,
    (SUPPLY * 9_950n) / 10_000n,
    (SUPPLY * 99n) / 100n + 1_000n,
    (SUPPLY * 99n) / 100n,
    (SUPPLY * 97n) / 100n,
    (SUPPLY * 60n) / 100n,
  ]
  const SEED = Number(BigInt(process.env.FUZZ_SEED ?? 7n) % 2n ** 31n)

  let world: World
  let batch: Contract
  const vaults: Vault[] = []
  beforeAll(async () => {
    world = await World.start()
    batch = await world.deploy(world.code('BatchFixture'))
    await world.send(world.contracts.access, 'grantRole', 5n, batch.address, 0)
    for (let i = 0; i < VAULTS; i++) vaults.push(await world.vault())
  })
  afterAll(() => world?.stop())

  const level = fc.oneof(
    { weight: 1, arbitrary: fc.nat(1) },
    { weight: 5, arbitrary: fc.integer({ min: 2, max: 5 }) },
  )
  const step = fc.record({
    minutes: fc.constantFrom(60, 61, 90, 150, 239, 240, 241, 300, 360, 720),
    levels: fc.array(level, { minLength: VAULTS, maxLength: VAULTS }),
    /** Vaults that keep their value: windows need rows. */
    stays: fc.array(fc.boolean(), { minLength: VAULTS, maxLength: VAULTS }),
    rejects: fc.oneof(
      { weight: 14, arbitrary: fc.constant<number[]>([]) },
      { weight: 1, arbitrary: fc.uniqueArray(fc.nat(VAULTS - 1)) },
    ),
  })

  it('computes what the contract computes, in every state', { timeout: 120_000 }, async () => {
    const [history] = fc.sample(fc.array(step, { minLength: STEPS, maxLength: STEPS }), {
      seed: SEED,
      numRuns: 1,
    })
    if (history === undefined) throw new Error('no history')
    const now = vaults.map(() => SUPPLY)
    let reports = 0
    const compared = new Map<string, number>()
    for (const [index, { minutes, levels, stays, rejects }] of history.entries()) {
      await world.node.rpc('evm_increaseTime', minutes * 60)
      for (const i of vaults.keys()) {
        if (index < 2) continue
        if (!stays[i]) now[i] = LEVELS[levels[i] ?? 0] ?? SUPPLY
      }
      await world.send(
        batch,
        'report',
        vaults.map(({ address }) => address),
        now,
      )
      const decided = rejects.flatMap((i) => vaults[i]?.address ?? [])
      if (decided.length > 0) await world.send(batch, 'reject', world.contracts.ledger.address, decided)
      if (index % 3 !== 0 && index < STEPS - 3) continue
      const block = await world.client.getBlock()
      const states = await Promise.all(
        vaults.map(({ address }) =>
          readState(
            world.client,
            {
              oracle: world.contracts.oracle.address,
              ledger: world.contracts.ledger.address,
              recovery: world.contracts.recovery.address,
            },
            address,
            block,
          ),
        ),
      )
      for (const state of states) {
        const finding = computeReport(state)
        const what = finding.kind === 'report' ? 'report' : finding.reason
        compared.set(what, (compared.get(what) ?? 0) + 1)
        if (finding.kind !== 'report') {
          expect(finding, `seed ${SEED}, step ${index}`).toMatchObject({ kind: 'nothing' })
          expect(state.current?.loss).toBe(0n)
          continue
        }
        reports += 1
        expect(finding.report, `seed ${SEED}, step ${index}`).toEqual(state.current)
      }
    }
    console.log(`seed ${SEED}: ${[...compared].map(([what, times]) => `${times} ${what}`).join(', ')}`)
    expect((await world.ledgerState(vaults[0]?.address ?? LMP)).count).toBe(BigInt(STEPS))
    expect(reports).toBeGreaterThan(20)
    expect(compared.size).toBe(2)
  })
})
