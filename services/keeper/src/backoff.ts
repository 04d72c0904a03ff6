/** Longest pause before a failing duty is tried again. */
const LONGEST_MS = 60_000

interface Trouble {
  until: number
  pause: number
}

/** Pauses of duties that fail, doubling up to a minute. Times in milliseconds of a monotonic clock. */
export class Backoff {
  readonly #firstMs: number
  readonly #troubles = new Map<string, Trouble>()

  constructor(firstMs: number) {
    this.#firstMs = firstMs
  }

  mayTry(duty: string, now: number): boolean {
    return now >= (this.#troubles.get(duty)?.until ?? Number.NEGATIVE_INFINITY)
  }

  failed(duty: string, now: number): void {
    const last = this.#troubles.get(duty)
    const pause = Math.min(last === undefined ? this.#firstMs : 2 * last.pause, LONGEST_MS)
    this.#troubles.set(duty, { until: now + pause, pause })
  }

  succeeded(duty: string): void {
    this.#troubles.delete(duty)
  }
}
