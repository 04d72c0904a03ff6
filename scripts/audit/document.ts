/** Keeps the table of docs/audit.md and the audit's claims the same. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from './rows.ts'
import { Refusal, ROOT } from './tools.ts'

const FILE = join(ROOT, 'docs/audit.md')
const BEGIN = '<!-- claims: npm run audit -- --write -->'
const END = '<!-- end of claims -->'

/** Which solver was first is of one run and machine; how many places slither found changes with every contract. */
const stable = (text: string) =>
  text
    .replace(/^lemma: .*/, 'lemma')
    .replace(/ \(\d+ places\)$|, \d+ vectors$|: \d+ flows/, '')
    .replace(/^([a-z0-9-]+) \(\d+\): /, '$1: ')

export function documented(rows: readonly Row[], write: boolean): Row {
  const lines = rows.map((row) => {
    const { means, result } = row.promised ?? row
    return [stable(row.claim), stable(means), result].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')
  })
  const wanted = ['| claim | means | result |', '|---|---|---|', ...lines.map((line) => `| ${line} |`)].join(
    '\n',
  )
  const text = readFileSync(FILE, 'utf8')
  const [from, to] = [text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END)]
  if (from < BEGIN.length || to < from)
    throw new Refusal(`docs/audit.md has no place for the claims (${BEGIN})`)
  const same = text.slice(from, to).trim() === wanted
  if (write && !same) writeFileSync(FILE, `${text.slice(0, from)}\n${wanted}\n${text.slice(to)}`)
  return {
    claim: 'docs/audit.md lists these claims and results',
    means: 'comparison',
    result: same || write ? 'equal' : 'SHORT',
    seconds: 0,
    note: 'Renew it with npm run audit -- --write, and read what changed.',
  }
}
