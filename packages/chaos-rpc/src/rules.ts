/** What the proxy does to a request. */
export type Behaviour =
  /** The connection is cut before anything is forwarded. */
  | { kind: 'down' }
  /** Forwarded after a pause. */
  | { kind: 'delay'; ms: number }
  /** Forwarded, then the connection is cut: sent, but nobody was told. */
  | { kind: 'dropResponse' }
  /** Answered with a JSON-RPC error, not forwarded. */
  | { kind: 'error'; code: number; message: string; data?: string }
  /** HTTP 429 with `Retry-After: 1`, not forwarded. */
  | { kind: 'rateLimited' }
  /** Sees the chain as it was `blocks` ago: `latest`, block number, receipts, nonces, calls, blocks by number. */
  | { kind: 'staleHead'; blocks: number }
  /** `eth_call` answers with one bit flipped. */
  | { kind: 'lyingCall' }
  /** `eth_getLogs` leaves one log out, or changes a bit of its data. */
  | { kind: 'lyingLogs' }

export type Rule = Behaviour & {
  /** The methods it applies to; all when absent. */
  methods?: readonly string[]
  /** Share of the requests it applies to, 0 to 1; all when absent. */
  chance?: number
  /** Ends after this many requests. */
  times?: number
}

/** Deterministic numbers in [0, 1) (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The rules in force, each with the uses it has left. */
export class RuleBook {
  readonly #random: () => number
  #rules: Array<{ rule: Rule; left: number }> = []

  constructor(seed: number) {
    this.#random = seeded(seed)
  }

  get random(): () => number {
    return this.#random
  }

  set(rules: readonly Rule[]): void {
    this.#rules = rules.map((rule) => ({ rule, left: rule.times ?? Number.POSITIVE_INFINITY }))
  }

  /** The rules that apply to one call of a method; uses them up. */
  take(method: string): Rule[] {
    const applies = ({ rule, left }: { rule: Rule; left: number }) =>
      left > 0 &&
      (rule.methods === undefined || rule.methods.includes(method)) &&
      TARGETS[rule.kind]?.includes(method) !== false &&
      (rule.chance === undefined || this.#random() < rule.chance)
    const taken = this.#rules.filter(applies)
    for (const entry of taken) entry.left -= 1
    return taken.map(({ rule }) => rule)
  }
}

/** Behaviours that mean only some methods. */
const TARGETS: Partial<Record<Rule['kind'], readonly string[]>> = {
  lyingCall: ['eth_call'],
  lyingLogs: ['eth_getLogs'],
}
