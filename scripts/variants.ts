/** Puts known wrong variants of the vault's accounting in, one at a time, and shows which test catches each. */
import { parseArgs } from 'node:util'
import { type Edit, NoReport, Sandbox } from './mutants/sandbox.ts'

const USAGE = `usage: npm run variants -- [options]
  --only <text>   only variants whose name contains it
  --seed <hex>    random seed of the tests (default 0x68656164)
  --help          this text

Each variant is made in a temporary copy of the contracts, where the vault's unit tests and then its stateful suites run
until one fails. Ends with 1 if a variant passes all of them.`

interface Variant extends Edit {
  name: string
  /** Who loses by it. */
  harm: string
}

const VARIANTS: readonly Variant[] = [
  {
    name: 'k measured on V',
    harm: 'with spot below safe an exit in kind leaves too little for the locked profit: the exit price falls',
    file: 'contracts/src/lmp/LmpMath.sol',
    find: 'uint256 exitable = b.idle + b.sumMin;',
    replace: 'uint256 exitable = grossValue(b);',
  },
  {
    name: 'mark lowered by its part above the mark',
    harm: 'a leaver takes less from the mark than from the value: the next evaluation taxes too little, or too much',
    file: 'contracts/src/lmp/LmpMath.sol',
    find: 'if (gross >= mark) return (mark + unlocked).zeroFloorSub(leaving);',
    replace: 'if (gross >= mark) return mark - mark.mulDiv(shares, supply);',
  },
  {
    name: 'mark not moved for the lock taken in kind',
    harm: 'profit that left with its owner still lowers the mark: those who stay pay a fee on nothing',
    file: 'contracts/src/lmp/LmpFlows.sol',
    find: 'b.mark = LmpMath.markAfterExit(b.mark, gross, leaving, unlocked, shares, supply);',
    replace: 'b.mark = LmpMath.markAfterExit(b.mark, gross, leaving, 0, shares, supply);',
  },
  {
    name: 'earned fee not minted before an exit in kind',
    harm: 'the leaver takes the fee on his profit along',
    file: 'contracts/src/lmp/LmpFlows.sol',
    find: '        _payFee(b);\n        uint256 supply = totalSupply();\n        _burn(msg.sender, shares);',
    replace: '        uint256 supply = totalSupply();\n        _burn(msg.sender, shares);',
  },
  {
    name: 'fee shares at the exit price',
    harm: 'the fee is paid in shares cheaper than they are: it costs more than phi of the profit',
    file: 'contracts/src/lmp/LmpLedger.sol',
    find: 'LmpMath.sharesDown(fee, LmpMath.feeShareValueUp(b, bps), totalSupply())',
    replace: 'LmpMath.sharesDown(fee, LmpMath.exitValueDown(b, bps), totalSupply())',
  },
]

const TESTS = ['unit/lmp', 'invariant/lmp', 'mocks/lmp']
const GROUPS = ['contracts/test/unit/lmp/*.sol', 'contracts/test/invariant/lmp/*.sol']

function options() {
  try {
    return parseArgs({
      options: {
        only: { type: 'string', default: '' },
        seed: { type: 'string', default: '0x68656164' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
    process.exit(2)
  }
}

const { only, seed, help } = options()
if (help) {
  console.log(USAGE)
  process.exit(0)
}
const chosen = VARIANTS.filter(({ name }) => name.includes(only))
if (chosen.length === 0) {
  console.error(`no variant contains "${only}": ${VARIANTS.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const sandbox = new Sandbox(TESTS)
// Before anything slow: a text that is no longer there is a variant that is no longer tried.
const contents = chosen.map((variant) => sandbox.edited(variant))
try {
  console.error('the code as it is: compiling and testing')
  const unchanged = await sandbox.test(GROUPS, seed)
  if (unchanged.caughtBy !== undefined) {
    console.error(`the unchanged code fails ${unchanged.caughtBy}\n${unchanged.verdict.slice(0, 2000)}`)
    process.exit(1)
  }
  console.error(`passes, ${unchanged.seconds.toFixed(0)} s`)
  let survivors = 0
  const width = Math.max(...chosen.map(({ name }) => name.length))
  for (const [i, { name, file, harm }] of chosen.entries()) {
    const { caughtBy, seconds } = await sandbox.changed(file, contents[i] ?? '', () =>
      sandbox.test(GROUPS, seed),
    )
    if (caughtBy === undefined) survivors++
    console.log(
      `${name.padEnd(width)}  ${seconds.toFixed(0).padStart(4)} s  ${caughtBy ?? `SURVIVES: ${harm}`}`,
    )
  }
  console.log(`\n${chosen.length - survivors} of ${chosen.length} variants caught`)
  process.exitCode = survivors > 0 ? 1 : 0
} catch (error) {
  if (!(error instanceof NoReport)) throw error
  console.error(`forge gave no report; does the variant compile?\n${error.message}`)
  process.exitCode = 1
}
