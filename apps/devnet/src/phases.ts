/** Times the parts of a run and prints a line for each. */
export class Phases {
  readonly #began = Date.now()
  readonly #done: Array<{ name: string; seconds: number }> = []

  async run<T>(name: string, work: () => Promise<T>, describe?: (result: T) => Promise<string>): Promise<T> {
    const start = Date.now()
    const result = await work()
    const seconds = (Date.now() - start) / 1000
    this.#done.push({ name, seconds })
    const detail = describe !== undefined ? await describe(result) : typeof result === 'string' ? result : ''
    this.say(`${name} done in ${seconds.toFixed(1)} s${detail === '' ? '' : `: ${detail}`}`)
    return result
  }

  readonly say = (line: string): void => {
    const elapsed = ((Date.now() - this.#began) / 1000).toFixed(1).padStart(6)
    console.log(`[${elapsed} s] ${line}`)
  }

  report() {
    return { seconds: (Date.now() - this.#began) / 1000, phases: this.#done }
  }
}
