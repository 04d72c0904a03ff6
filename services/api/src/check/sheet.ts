type Step = string | number
export type Path = readonly Step[]

/** What was compared over the whole run. */
export class Tally {
  amounts = 0
  others = 0
  readonly differences: string[] = []
  /** What the node could not say, and why. */
  readonly leftOut: string[] = []

  differ(what: string): void {
    this.differences.push(what)
  }
}

/** One answer of the API. Every amount in it must be compared; one that was not is a difference. */
export class Sheet {
  readonly #route: string
  readonly #data: unknown
  readonly #tally: Tally
  readonly #compared = new Set<string>()

  constructor(route: string, data: unknown, tally: Tally) {
    this.#route = route
    this.#data = data
    this.#tally = tally
  }

  /** A value the chain says as an integer and the API as a decimal string. `undefined`: it must be absent. */
  amount(path: Path, expected: bigint | undefined): void {
    this.#tally.amounts++
    this.#expect(path, expected?.toString())
  }

  /** A time, id or count: an integer of the chain, a number of JSON. */
  number(path: Path, expected: bigint | number | undefined): void {
    this.#tally.others++
    this.#expect(path, expected === undefined ? undefined : Number(expected))
  }

  /** An address, a name or a flag. */
  value(path: Path, expected: string | boolean | undefined): void {
    this.#tally.others++
    this.#expect(path, expected)
  }

  /** A list has exactly this many items. */
  length(path: Path, expected: number): void {
    const found = leaf(this.#data, path)
    this.#tally.others++
    if (!Array.isArray(found) || found.length !== expected) {
      const size = Array.isArray(found) ? `${found.length} items` : 'no list'
      this.#tally.differ(`${this.#name(path)}: ${size}, the chain has ${expected}`)
    }
  }

  /** Everything below a path: the node cannot say it. */
  leaveOut(path: Path, why: string): void {
    for (const each of amountsIn(leaf(this.#data, path), path)) this.#compared.add(key(each))
    this.#tally.leftOut.push(`${this.#name(path)}: ${why}`)
  }

  /** Ends the comparison: amounts nobody asked the chain about are differences. */
  close(): void {
    for (const path of amountsIn(this.#data, [])) {
      if (!this.#compared.has(key(path))) this.#tally.differ(`${this.#name(path)}: was not compared`)
    }
  }

  #expect(path: Path, expected: string | number | boolean | undefined): void {
    this.#compared.add(key(path))
    const found = leaf(this.#data, path)
    if (found === expected) return
    this.#tally.differ(`${this.#name(path)}: ${shown(found)}, the chain says ${shown(expected)}`)
  }

  #name(path: Path): string {
    return `${this.#route} ${path.join('.')}`
  }
}

const key = (path: Path) => JSON.stringify(path)
const shown = (value: unknown) => (value === undefined ? 'absent' : JSON.stringify(value))

function leaf(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => (isRecord(value) ? value[step] : undefined), data)
}

export function isRecord(value: unknown): value is Record<Step, unknown> {
  return typeof value === 'object' && value !== null
}

function amountsIn(value: unknown, path: Path): Path[] {
  if (typeof value === 'string') return /^-?\d+$/.test(value) ? [path] : []
  if (Array.isArray(value)) return value.flatMap((item, index) => amountsIn(item, [...path, index]))
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([name, item]) => amountsIn(item, [...path, name]))
}
