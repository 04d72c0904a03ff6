/** `npm run audit`: what is claimed of the contracts' arithmetic, by which means, and whether it holds. See docs/audit.md. */
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { documented } from './document.ts'
import { halmos } from './halmos.ts'
import { lemmas } from './lemmas.ts'
import { type Row, summary, table } from './rows.ts'
import { slither } from './slither.ts'
import { build, installTools, progress, Refusal } from './tools.ts'

const USAGE = `usage: npm run audit -- [options]
  --only slither|halmos|lemmas   one part
  --timeout seconds              for one proof (default 60); what is known not to settle, and is fuzzed, gets a tenth
  --seed number                  of the random comparisons (default: drawn, printed; fixed in CI)
  --write                        renews the table in docs/audit.md
  --help

Installs its tools into .audit/venv (Python 3.11 or newer with venv and pip). Exit code 1 when a claim falls short.`

const PARTS = ['slither', 'halmos', 'lemmas'] as const
const CI_SEED = 1

function options() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        timeout: { type: 'string', default: '60' },
        seed: { type: 'string' },
        write: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const timeout = Number(values.timeout)
    const seed = Number(values.seed ?? (process.env.CI === undefined ? randomInt(2 ** 31) : CI_SEED))
    const parts = PARTS.filter((part) => values.only === undefined || values.only === part)
    if (parts.length === 0) throw new Error(`no part ${values.only}`)
    if (!(timeout > 0)) throw new Error(`no time in seconds: ${values.timeout}`)
    if (!Number.isSafeInteger(seed) || seed < 0) throw new Error(`no seed: ${values.seed}`)
    if (values.write && parts.length !== PARTS.length) throw new Error('--write needs every part')
    return { ...values, parts, timeout, seed }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
    process.exit(2)
  }
}

const { parts, timeout, seed, write, help } = options()
if (help) {
  console.log(USAGE)
  process.exit(0)
}

const rows: Row[] = []
try {
  progress(`random seed ${seed} (repeat with --seed ${seed})`)
  await installTools()
  await build(parts.includes('slither'))
  if (parts.includes('lemmas')) rows.push(...(await lemmas(timeout, seed)))
  // Each of these keeps one core busy.
  const [proofs, findings] = await Promise.all([
    parts.includes('halmos') ? halmos(timeout) : [],
    parts.includes('slither') ? slither() : [],
  ])
  rows.push(...proofs, ...findings)
  if (parts.length === PARTS.length) rows.push(documented(rows, write))
} catch (error) {
  if (!(error instanceof Refusal)) throw error
  rows.push({ claim: 'the audit runs', means: 'all', result: 'SHORT', seconds: 0, note: error.message })
}
console.log(`\n${table(rows)}\n\n${summary(rows)}`)
process.exitCode = rows.some(({ result }) => result === 'SHORT') ? 1 : 0
