import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { foundryBinary } from '@headrace/foundry'
import { type Claim, type Context, type Row, row } from '../claim.ts'
import { exit } from '../programs.ts'
import { record } from '../summary.ts'

/**
 * Gas whatever the number of stakers: of a whole transaction for what stakers send; of its two calls for a slash, which is part
 * of an execution.
 */
const LIMITS: ReadonlyArray<readonly [string, number]> = [
  ['stake', 75_000],
  ['claim', 68_000],
  ['slash and vesting entry', 150_000],
]
const STAKERS = ['1', '10000'] as const
/** Of the gas: storage that is warm or was never written differs a little. */
const GROWTH = 0.02

export const gas: Claim = {
  id: 'gas',
  about: 'stake, claim and slash with 1 and with 10,000 stakers',
  async prove(context) {
    return [
      await checkedSnapshots(context, 'contracts/test/gas/backing/**'),
      ...gasRows(readSnapshots(join(context.root, 'contracts/snapshots'))),
    ]
  },
}

/** Runs gas tests as CI does: they fail unless the snapshots of this run are those that are committed. */
export async function checkedSnapshots({ programs, root }: Context, path: string): Promise<Row> {
  const ended = await programs
    .start(foundryBinary('forge'), ['test', '--isolate', '--match-path', path], {
      cwd: root,
      env: { FORGE_SNAPSHOT_CHECK: 'true' },
    })
    .within(1200)
  const ran = /(\d+) tests? passed, (\d+) failed/.exec(ended.stdout)
  return row(
    'last-call snapshots of this run are the committed ones',
    'exit code 0, tests ran',
    `${exit(ended)}${ran === null ? '' : `: ${ran[0]}`}`,
    ended.code === 0 && Number(ran?.[1] ?? 0) > 0,
  )
}

function readSnapshots(folder: string): Map<string, number> {
  const entries = readdirSync(folder)
    .filter((file) => /^backing/i.test(file))
    .flatMap((file) => Object.entries(record(JSON.parse(readFileSync(join(folder, file), 'utf8')))))
  return new Map(entries.map(([name, value]) => [name, Number(value)]))
}

/** Snapshots are named "<action>, stakers: <n>". */
export function gasRows(snapshots: ReadonlyMap<string, number>): Row[] {
  return LIMITS.flatMap(([action, limit]): Row[] => {
    const used = STAKERS.map((stakers) => snapshots.get(`${action}, stakers: ${stakers}`))
    const [one = Number.NaN, many = Number.NaN] = used
    const growth = Math.abs(many - one) / one
    return [
      ...STAKERS.map((stakers, i) => {
        const found = used[i] ?? Number.NaN
        const measured = Number.isNaN(found) ? 'no snapshot' : String(found)
        return row(`${action}, stakers: ${stakers}`, `<= ${limit} gas`, measured, found <= limit)
      }),
      row(
        `${action}: 10,000 stakers against 1`,
        `the same within ${GROWTH * 100}%`,
        `${many - one} gas, ${(growth * 100).toFixed(2)}%`,
        growth <= GROWTH,
      ),
    ]
  })
}
