import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Errors that say an argument or a caller is wrong. */
const BAD_INPUT = /^(Zero|Unknown|Only|NotOwner|NotAuthorized|Duplicate|Empty|Invalid|Unexpected)/

export interface Refusals {
  /** Names of errors for bad input that the sources declare. */
  declared: string[]
  /** Those of them that no test expects by its selector. */
  untested: string[]
}

/** What the Solidity sources declare and the tests expect. */
export function refusals(sources: readonly string[], tests: readonly string[]): Refusals {
  const names = sources.flatMap((source) =>
    [...source.matchAll(/^\s*error (\w+)\(/gm)].flatMap(([, name]) => name ?? []),
  )
  const declared = [...new Set(names)].filter((name) => BAD_INPUT.test(name)).sort()
  const expected = new Set(
    tests.flatMap((test) => [...test.matchAll(/\b(\w+)\.selector\b/g)].flatMap(([, name]) => name ?? [])),
  )
  return { declared, untested: declared.filter((name) => !expected.has(name)) }
}

export function solidity(folder: string, ending: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
}
