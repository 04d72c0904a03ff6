import { join } from 'node:path'
import type { Address } from 'viem'
import { type Context, type Row, row } from './claim.ts'
import type { Net } from './claims/devnet.ts'
import { removeOneWei } from './one-wei.ts'
import { type Ended, exit } from './programs.ts'

export const VERIFIER = 'apps/verify-devnet/src'
const SECONDS = 300

/** A line of verify:devnet. */
export interface Check {
  holds: boolean
  claim: string
  measured: string
}

/** What verify:devnet prints: `ok` or `FAIL` and the claim, below it, indented, what the chain showed. */
export function parseChecks(text: string): Check[] {
  const checks: Check[] = []
  for (const line of text.split('\n')) {
    const head = /^(ok {2}|FAIL) {2}(.*)$/.exec(line)
    const last = checks.at(-1)
    if (head !== null) checks.push({ holds: head[1] !== 'FAIL', claim: head[2] ?? '', measured: '' })
    else if (last !== undefined && line.startsWith('        ')) {
      last.measured += `${last.measured === '' ? '' : '\n'}${line.trim()}`
    }
  }
  return checks
}

/** A row for each check that is asked for, in the words of verify:devnet; one it did not make is short. */
export function checkRows(text: string, wanted: readonly RegExp[]): Row[] {
  const checks = parseChecks(text)
  return wanted.flatMap((claim) => {
    const found = checks.filter((check) => claim.test(check.claim))
    if (found.length === 0) return [row(`verify:devnet: ${claim.source}`, 'holds', 'not checked', false)]
    return found.map((check) => row(`verify:devnet: ${check.claim}`, 'holds', check.measured, check.holds))
  })
}

export function runVerifier({ programs, root }: Context, net: Net, args: readonly string[]): Promise<Ended> {
  const where = ['--rpc', net.rpc, '--deployment', net.deployment]
  return programs.tsx(join(root, VERIFIER, 'main.ts'), [...where, ...args], { cwd: root }).within(SECONDS)
}

export const summaryLine = ({ stdout }: Ended): string => stdout.trim().split('\n').at(-1) ?? ''

/** The verifier on what it must, or must not, accept. */
export function verifierRow(claim: string, ended: Ended, code: 0 | 1, names?: RegExp): Row {
  const named = names === undefined || names.test(ended.stdout)
  return row(
    claim,
    names === undefined ? `exit code ${code}` : `exit code ${code}, names ${names.source}`,
    `${exit(ended)}: ${summaryLine(ended)}${named ? '' : `, does not name ${names.source}`}`,
    ended.code === code && named,
  )
}

/** The verifier while one base unit is missing somewhere, which no contract could take. */
export async function withoutOneWei(
  context: Context,
  net: Net,
  {
    token,
    account,
    what,
    names,
    args,
  }: { token: Address; account: Address; what: string; names: RegExp; args: string[] },
): Promise<Row> {
  const giveBack = await removeOneWei(net.rpc, token, account)
  const ended = await runVerifier(context, net, args).finally(giveBack)
  return verifierRow(`verify:devnet without one wei of ${what}`, ended, 1, names)
}
