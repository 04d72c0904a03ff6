import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Claim, type Row, row } from '../claim.ts'
import { ending, figure, npmRun } from '../npm.ts'
import { checkedSnapshots } from './gas.ts'

const SNAPSHOTS = 'contracts/snapshots'
/** Of a deposit or a redemption that idle serves. */
const TARGET = 73_000
const PLAIN = ['OpenZeppelin', 'solmate', 'solady']
const IN_KIND = ['1', '5', '20']

export const vaultGas: Claim = {
  id: 'vault-gas',
  about: 'npm run bench:gas: the vault next to plain ERC-4626 vaults',
  async prove(context) {
    const { root } = context
    const folder = join(root, SNAPSHOTS)
    const before = readdirSync(folder).map(
      (file) => [file, readFileSync(join(folder, file), 'utf8')] as const,
    )
    const ended = await npmRun(context, 'bench:gas', [], 1800)
    const changed = execFileSync('git', ['status', '--porcelain', SNAPSHOTS], { cwd: root, encoding: 'utf8' })
    // The bench writes what it measured; here it is only compared.
    for (const [file, text] of before) writeFileSync(join(folder, file), text)
    const measured = readBench(ended.stdout)
    const differing = [...measured].filter(([, { change }]) => change !== '').map(([name]) => name)
    return [
      row('npm run bench:gas', 'exit code 0', `${ending(ended)}: ${measured.size} figures`, ended.code === 0),
      row(
        'its figures are the committed ones',
        '> 0, none differs, nothing to commit',
        [`${measured.size}, ${differing.length} differ`, ...differing, ...changed.trim().split('\n')]
          .join('\n')
          .trim(),
        measured.size > 0 && differing.length === 0 && changed === '',
      ),
      await checkedSnapshots(context, 'contracts/test/gas/**'),
      ...vaultGasRows(measured),
    ]
  },
}

export interface Measured {
  gas: number
  /** Against the snapshot: empty, `new` or a difference. */
  change: string
}

/** What `npm run bench:gas` prints, by operation. */
export function readBench(output: string): Map<string, Measured> {
  return new Map(
    output.split('\n').flatMap((line) => {
      const [, name, gas, change = ''] = /^(\w+: .+?) {2,}([\d,]+) *(new|[+-]\d+)?$/.exec(line) ?? []
      return name === undefined ? [] : [[name, { gas: figure(gas), change }] as const]
    }),
  )
}

export function vaultGasRows(measured: ReadonlyMap<string, Measured>): Row[] {
  const gas = (name: string) => measured.get(name)?.gas ?? Number.NaN
  const shown = (value: number) => (Number.isNaN(value) ? 'not measured' : value.toLocaleString('en'))
  const known = (claim: string, names: readonly string[]) =>
    row(
      claim,
      'measured',
      names.map((name) => `${name.replace(/^LMP: /, '')}: ${shown(gas(name))}`).join('\n'),
      names.every((name) => gas(name) > 0),
    )
  const perDestination = (what: string) => {
    const each = (gas(`LMP: ${what}, destinations: 20`) - gas(`LMP: ${what}, destinations: 1`)) / 19
    return row(`${what}, for each destination more`, 'measured', shown(Math.round(each)), each > 0)
  }
  return [
    ...['deposit', 'redeem'].flatMap((flow) => {
      const [one, twenty] = [gas(`LMP: ${flow}, destinations: 1`), gas(`LMP: ${flow}, destinations: 20`)]
      return [
        row(`${flow} on idle, 1 destination`, `<= ${TARGET.toLocaleString('en')}`, shown(one), one <= TARGET),
        row(`${flow} on idle, 20 destinations`, 'the same', shown(twenty), twenty === one),
        known(
          `${flow} of plain vaults in the same run`,
          PLAIN.map((name) => `ERC4626: ${flow}, ${name}`),
        ),
      ]
    }),
    known('report', ['LMP: report, destinations: 1', 'LMP: report, destinations: 20']),
    perDestination('report'),
    known(
      'exit in kind',
      IN_KIND.map((count) => `LMP: redeemInKind, destinations: ${count}`),
    ),
    perDestination('redeemInKind'),
    known('exit through one destination', [
      'LMP: redeem through one destination, Curve',
      "LMP: redeem through one destination, Curve, net of the venue's calls",
    ]),
    known('rebalance', [
      'LMP: rebalance into Curve, 2 destinations',
      "LMP: rebalance into Curve, 2 destinations, net of the venue's calls",
    ]),
  ]
}
