import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type Claim, type Context, proveOrSayWhy, type Row } from './claim.ts'
import { Programs } from './programs.ts'
import { table, verdict } from './table.ts'

interface Options {
  only?: string[]
  skip: string[]
  seed: string
  ci: boolean
  /** By the claim's id. */
  settings: ReadonlyMap<string, number>
}

/** The program `npm run <name>`: measures each claim, in order, and ends with a table and an exit code. */
export async function runProof(name: string, claims: readonly Claim[]): Promise<void> {
  const options = readOptions(name, claims)
  const began = performance.now()
  const programs = new Programs()
  const dir = mkdtempSync(join(tmpdir(), `${name.replace(':', '-')}-`))
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
  for (const claim of claims) rows.push(...(await measure(claim, options, context)))
  await programs.stop()
  const { ok, short, notRun, holds } = verdict(rows)
  if (holds) rmSync(dir, { recursive: true, force: true })
  const kept = holds ? '' : `; logs of the run: ${dir}`
  console.log(`\n${table(rows)}\n\n${ok} ok, ${short} short, ${notRun} not run; seed ${options.seed}${kept}`)
  process.exitCode = holds ? 0 : 1
}

function readOptions(name: string, claims: readonly Claim[]): Options {
  const width = Math.max(...claims.map(({ id }) => id.length)) + 1
  const ids = claims.map(({ id }) => id)
  const numbers = claims.flatMap(({ id, setting }) => {
    if (setting === undefined) return []
    const { option, about, standard } = setting
    return [{ id, option: new Option(`--${option} <n>`, about).argParser(wholeNumber).default(standard) }]
  })
  const command = new Command(`npm run ${name} --`)
    .description(
      'Measures every claim and prints what was expected and what was found. Nothing is taken from an earlier run.',
    )
    .addOption(new Option('--only <claim...>', 'these claims alone').choices(ids))
    .addOption(new Option('--skip <claim...>', 'all but these').choices(ids).default([], 'none'))
    .option(
      '--seed <hex>',
      'where every random choice comes from (default: a new one)',
      hex,
      randomBytes(8).toString('hex'),
    )
    .option('--ci', 'also run .ci/run in a fresh clone (up to 40 minutes)', false)
    .addHelpText(
      'after',
      `\nClaims:\n${claims.map(({ id, about }) => `  ${id.padEnd(width)} ${about}`).join('\n')}\n` +
        '\nIt uses ports of its own, and writes deployments/31337.json as every devnet does: run no other devnet meanwhile.\n' +
        'Exit code: 0 every claim that was run holds, 1 one is short.',
    )
  for (const { option } of numbers) command.addOption(option)
  const given = command.parse().opts<Omit<Options, 'settings'> & Record<string, unknown>>()
  const settings = numbers.map(({ id, option }) => [id, Number(given[option.attributeName()])] as const)
  return { ...given, settings: new Map(settings) }
}

/** Why a claim is not run, if so. */
function leftOut({ id, option }: Claim, { only, skip, ci }: Options): string | undefined {
  if (skip.includes(id)) return 'left out by --skip'
  if (only !== undefined) return only.includes(id) ? undefined : 'left out by --only'
  return option === undefined || ci ? undefined : `needs --${option}`
}

async function measure(claim: Claim, options: Options, context: Context): Promise<Row[]> {
  const why = leftOut(claim, options)
  if (why !== undefined) return [{ claim: claim.about, expected: '', measured: why, verdict: 'not run' }]
  context.say(`${claim.id}: ${claim.about}`)
  const found = await proveOrSayWhy(claim, context, options.settings.get(claim.id) ?? Number.NaN)
  const short = found.filter((row) => row.verdict === 'short').length
  context.say(`${claim.id}: ${found.length - short} ok${short > 0 ? `, ${short} SHORT` : ''}`)
  // What a claim that broke off has started must not disturb the next one.
  await context.programs.stop()
  return found
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number === 0)
    throw new InvalidArgumentError('give a whole number from 1 on')
  return number
}

function hex(text: string): string {
  if (!/^[0-9a-f]{1,16}$/.test(text)) throw new InvalidArgumentError('give 1 to 16 hex digits')
  return text
}
