/** Measures the gas of every operation in contracts/test/gas, whole transactions, and prints it beside the committed figure. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { foundryBinary } from '../packages/foundry/index.mjs'

const ROOT = join(import.meta.dirname, '..')
const SNAPSHOTS = join(ROOT, 'contracts/snapshots')

const read = () =>
  new Map(
    readdirSync(SNAPSHOTS).flatMap((file) =>
      Object.entries<string>(JSON.parse(readFileSync(join(SNAPSHOTS, file), 'utf8'))).map(
        ([name, gas]) => [`${file.replace(/\.json$/, '')}: ${name}`, Number(gas)] as const,
      ),
    ),
  )

const committed = read()
const { status } = spawnSync(
  foundryBinary('forge'),
  ['test', '--isolate', '--match-path', 'contracts/test/gas/**', '--gas-snapshot-emit', 'true', '--silent'],
  { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] },
)
if (status !== 0) {
  console.error('the gas tests fail: run npx forge test --isolate --match-path "contracts/test/gas/**"')
  process.exit(1)
}
const rows = [...read()].sort(([a], [b]) => a.localeCompare(b))
const width = Math.max(...rows.map(([name]) => name.length))
console.log(`${'operation'.padEnd(width)}  ${'gas'.padStart(9)}  change`)
for (const [name, gas] of rows) {
  const before = committed.get(name)
  const change =
    before === undefined ? 'new' : gas === before ? '' : `${gas > before ? '+' : ''}${gas - before}`
  console.log(`${name.padEnd(width)}  ${gas.toLocaleString('en').padStart(9)}  ${change}`)
}
console.log('\nThe figures are in contracts/snapshots; commit them when a change is meant.')
