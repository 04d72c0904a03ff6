import type { Programs } from './programs.ts'

/** `not run`: nothing was measured, so nothing is claimed. */
export type Verdict = 'ok' | 'short' | 'not run'

export interface Row {
  claim: string
  expected: string
  measured: string
  verdict: Verdict
}

export interface Context {
  /** Root of the repository. */
  root: string
  /** Directory of this run, removed at its end when every claim holds. */
  dir: string
  /** Hex digits; every random choice comes from it. */
  seed: string
  programs: Programs
  /** A line of progress. */
  say(line: string): void
}

/** A whole number that the command line may set. */
export interface Setting {
  /** Without the dashes. */
  option: string
  about: string
  standard: number
}

export interface Claim {
  id: string
  about: string
  /** Too long for every run: only with the option of this name. */
  option?: 'ci'
  setting?: Setting
  /** @param value of the setting; NaN without one */
  prove(context: Context, value: number): Promise<Row[]>
}

export const row = (claim: string, expected: string, measured: string, holds: boolean): Row => ({
  claim,
  expected,
  measured,
  verdict: holds ? 'ok' : 'short',
})

/** A whole number of things, of which there must be at least so many. */
export const atLeast = (claim: string, found: number, wanted: number): Row =>
  row(claim, `>= ${wanted}`, String(found), found >= wanted)

/** A claim that cannot be measured is short, with the reason. */
export async function proveOrSayWhy(claim: Claim, context: Context, value: number): Promise<Row[]> {
  try {
    const rows = await claim.prove(context, value)
    return rows.length > 0 ? rows : [row(claim.about, 'something measured', 'nothing', false)]
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [row(claim.about, 'can be measured', reason, false)]
  }
}
