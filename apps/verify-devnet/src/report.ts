/** Prints one line per check as it is made and remembers whether all held. */
export class Report {
  #checks = 0
  #failed = 0
  readonly #write: (line: string) => void

  constructor(write: (line: string) => void) {
    this.#write = write
  }

  /** `measured`: what the chain showed, whether the claim holds or not. */
  check(claim: string, holds: boolean, measured: string): void {
    this.#checks++
    if (!holds) this.#failed++
    this.#write(`${holds ? 'ok  ' : 'FAIL'}  ${claim}\n        ${measured}`)
  }

  /** A claim over many items: holds when none is at fault and there was one at least. */
  none(claim: string, faults: readonly string[], items: number, measured: string): void {
    const shown = faults.slice(0, 5).join('\n        ')
    const more = faults.length > 5 ? `\n        and ${faults.length - 5} more` : ''
    const detail = faults.length > 0 ? `${measured}\n        ${shown}${more}` : measured
    this.check(claim, faults.length === 0 && items > 0, detail)
  }

  /** @returns whether every check held */
  close(): boolean {
    const passed = this.#checks - this.#failed
    this.#write(
      `${passed} of ${this.#checks} checks hold${this.#failed > 0 ? `, ${this.#failed} FAILED` : ''}`,
    )
    return this.#failed === 0 && this.#checks > 0
  }
}
