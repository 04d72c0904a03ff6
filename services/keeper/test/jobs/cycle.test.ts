import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CycleView, due, PHASES, type RolloverCall, toStep } from '../../src/jobs/cycle.ts'

const open = { markedIn: 7n, movedIn: 7n, balancedIn: 7n, plannedIn: 7n, filledIn: 7n }
const token = { ...open, isPair: false }
const pair = { ...open, isPair: true }
const view = (change: Partial<CycleView>): CycleView => ({
  now: 1_000n,
  cycle: 7n,
  phase: 'Open',
  left: 0n,
  end: 2_000n,
  positions: [open, open],
  reactors: [token, pair, token],
  ...change,
})
const names = (calls: RolloverCall[]) =>
  calls.map((call) => ('id' in call ? `${call.function} ${call.id}` : call.function))

describe('what the rollover waits for', () => {
  it.each<[string, Partial<CycleView>, string[]]>([
    ['time is not up', {}, []],
    ['time is up', { now: 2_000n }, ['startRollover']],
    ['every position is to be marked', { phase: 'Mark', left: 2n }, ['mark 0', 'mark 1']],
    [
      'somebody marked one',
      { phase: 'Mark', left: 1n, positions: [{ ...open, markedIn: 8n }, open] },
      ['mark 1'],
    ],
    ['reactors are to be balanced', { phase: 'Balance', left: 3n }, ['balance 0', 'balance 1', 'balance 2']],
    ['token reactors are planned first', { phase: 'Plan', left: 3n }, ['plan 0', 'plan 2']],
    [
      'one of them is',
      { phase: 'Plan', left: 2n, reactors: [{ ...token, plannedIn: 8n }, pair, token] },
      ['plan 2'],
    ],
    [
      'pair reactors follow',
      { phase: 'Plan', left: 1n, reactors: [{ ...token, plannedIn: 8n }, pair, { ...token, plannedIn: 8n }] },
      ['plan 1'],
    ],
    [
      'positions are to be moved',
      { phase: 'Move', left: 1n, positions: [open, { ...open, movedIn: 8n }] },
      ['move 0'],
    ],
    [
      'cohorts are to be filled',
      { phase: 'Fill', left: 1n, reactors: [{ ...token, filledIn: 8n }, pair] },
      ['fill 1'],
    ],
    ['all are filled', { phase: 'Fill', left: 0n }, ['complete']],
  ])('%s', (_, change, expected) => {
    expect(names(due(view(change)).calls)).toEqual(expected)
  })

  it('says when the cycle ends', () => {
    expect(due(view({})).nextAt).toBe(2_000n)
  })

  it('needs nothing but the chain: any interrupted rollover goes on and completes', () => {
    fc.assert(
      fc.property(
        fc.nat(3),
        fc.nat(3),
        fc.nat(3),
        fc.infiniteStream(fc.nat()),
        (positions, tokens, pairs, random) => {
          const model = new Model(positions, tokens, pairs)
          const done: string[] = []
          for (let looks = 0; model.phase !== 'Open' || looks === 0; looks += 1) {
            const { calls } = due(model.view())
            expect(calls.length).toBeGreaterThan(0)
            // The keeper dies after some of the calls it wanted, in any order.
            const order = calls.map((call) => [random.next().value, call] as const).sort(([a], [b]) => a - b)
            for (const [, call] of order.slice(0, 1 + (random.next().value % order.length))) {
              model.apply(call)
              done.push(names([call]).join())
            }
            expect(looks).toBeLessThan(100)
          }
          expect(new Set(done).size).toBe(done.length)
          expect(done.at(-1)).toBe('complete')
        },
      ),
    )
  })
})

describe('steps', () => {
  it('are named by cycle, function and item, and take being late as no error', () => {
    const address = '0x00000000000000000000000000000000000000c1'
    const step = toStep(address, 7n, { function: 'mark', id: 3n })
    expect(step).toMatchObject({ key: 'cycle:7:mark:3', to: address, benign: ['WrongPhase', 'CycleNotOver'] })
    expect(toStep(address, 7n, { function: 'complete' }).key).toBe('cycle:7:complete')
  })
})

/** The phases of the contract: any order within one, token reactors planned first, empty ones passed. */
class Model {
  phase: CycleView['phase'] = 'Open'
  left = 0n
  readonly #positions: { markedIn: bigint; movedIn: bigint }[]
  readonly #reactors: { isPair: boolean; balancedIn: bigint; plannedIn: bigint; filledIn: bigint }[]

  constructor(positions: number, tokens: number, pairs: number) {
    this.#positions = Array.from({ length: positions }, () => ({ markedIn: 0n, movedIn: 0n }))
    this.#reactors = Array.from({ length: tokens + pairs }, (_, i) => ({
      isPair: i < pairs,
      balancedIn: 0n,
      plannedIn: 0n,
      filledIn: 0n,
    }))
  }

  view(): CycleView {
    return view({
      now: 2_000n,
      phase: this.phase,
      left: this.left,
      positions: this.#positions,
      reactors: this.#reactors,
    })
  }

  apply(call: RolloverCall): void {
    if (!('id' in call)) {
      if (call.function === 'startRollover') this.#enter('Mark')
      else {
        expect(this.phase === 'Fill' && this.left === 0n).toBe(true)
        this.phase = 'Open'
      }
      return
    }
    const field = {
      mark: 'markedIn',
      balance: 'balancedIn',
      plan: 'plannedIn',
      move: 'movedIn',
      fill: 'filledIn',
    } as const
    expect(this.phase.toLowerCase()).toBe(call.function)
    const items: Partial<Record<string, bigint | boolean>>[] =
      call.function === 'mark' || call.function === 'move' ? this.#positions : this.#reactors
    const item = items[Number(call.id)]
    expect(item?.[field[call.function]]).toBe(0n)
    if (call.function === 'plan' && item?.isPair) {
      expect(this.#reactors.every(({ isPair, plannedIn }) => isPair || plannedIn === 8n)).toBe(true)
    }
    if (item !== undefined) item[field[call.function]] = 8n
    this.left -= 1n
    if (this.left === 0n && this.phase !== 'Fill')
      this.#enter(PHASES[PHASES.indexOf(this.phase) + 1] ?? 'Fill')
  }

  #enter(phase: CycleView['phase']): void {
    const items = phase === 'Mark' || phase === 'Move' ? this.#positions : this.#reactors
    this.phase = phase
    this.left = BigInt(items.length)
    if (items.length === 0 && phase !== 'Fill') this.#enter(PHASES[PHASES.indexOf(phase) + 1] ?? 'Fill')
  }
}
