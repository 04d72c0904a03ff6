import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type Claim, type Context, proveOrSayWhy, type Row } from './claim.ts'
import { badInput } from './claims/bad-input.ts'
import { ci } from './claims/ci.ts'
import { contracts, roles } from './claims/contracts.ts'
import { devnet } from './claims/devnet.ts'
import { keeper } from './claims/keeper.ts'
import { live } from './claims/live.ts'
import { Programs } from './programs.ts'
import { table, verdict } from './table.ts'

const CLAIMS: readonly Claim[] = [devnet, live, contracts, roles, keeper, badInput, ci]

interface Options {
  only?: string[]
  seed: string
  ci: boolean
}

const program = new Command('npm run prove:a1 --')
  .description(
    'Measures every claim and prints what was expected and what was found. Nothing is taken from an earlier run.',
  )
  .addOption(new Option('--only <claim...>', 'these claims alone').choices(CLAIMS.map(({ id }) => id)))
  .option(
    '--seed <hex>',
    'where every random choice comes from (default: a new one)',
    hex,
    randomBytes(8).toString('hex'),
  )
  .option('--ci', 'also run .ci/run in a fresh clone (up to 20 minutes)', false)
  .addHelpText(
    'after',
    `\nClaims:\n${CLAIMS.map(({ id, about }) => `  ${id.padEnd(10)} ${about}`).join('\n')}\n` +
      '\nIt uses ports of its own, and writes deployments/31337.json as every devnet does: run no other devnet meanwhile.\n' +
      'Exit code: 0 every claim that was run holds, 1 one is short.',
  )

program.parse()
const options = program.opts<Options>()
const began = performance.now()
const programs = new Programs()
const dir = mkdtempSync(join(tmpdir(), 'prove-a1-'))
const say = (line: string) => {
  console.log(`[${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s] ${line}`)
}
const context: Context = {
  root: fileURLToPath(new URL('../../..', import.meta.url)),
  dir,
  seed: options.seed,
  programs,
  say,
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    say(`${signal}: ending what was started`)
    programs.stop().finally(() => {
      rmSync(dir, { recursive: true, force: true })
      process.exit(130)
    })
  })
}

console.log(`seed ${options.seed} (repeat with --seed ${options.seed}); ${cpus().length} processors`)
const rows: Row[] = []
for (const claim of CLAIMS) rows.push(...(await measure(claim)))
await programs.stop()
const { ok, short, notRun, holds } = verdict(rows)
if (holds) rmSync(dir, { recursive: true, force: true })
const kept = holds ? '' : `; logs of the run: ${dir}`
console.log(`\n${table(rows)}\n\n${ok} ok, ${short} short, ${notRun} not run; seed ${options.seed}${kept}`)
process.exitCode = holds ? 0 : 1

async function measure(claim: Claim): Promise<Row[]> {
  const asked =
    options.only === undefined
      ? claim.option === undefined || options[claim.option]
      : options.only.includes(claim.id)
  if (!asked) {
    const why = claim.option === undefined ? 'left out by --only' : `needs --${claim.option}`
    return [{ claim: claim.about, expected: '', measured: why, verdict: 'not run' }]
  }
  say(`${claim.id}: ${claim.about}`)
  const found = await proveOrSayWhy(claim, context)
  const short = found.filter((row) => row.verdict === 'short').length
  say(`${claim.id}: ${found.length - short} ok${short > 0 ? `, ${short} SHORT` : ''}`)
  // What a claim that broke off has started must not disturb the next one.
  await programs.stop()
  return found
}

function hex(text: string): string {
  if (!/^[0-9a-f]{1,16}$/.test(text)) throw new InvalidArgumentError('give 1 to 16 hex digits')
  return text
}
