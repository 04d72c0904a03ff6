import { Command, InvalidArgumentError, Option } from 'commander'
import { Chain } from './chain.ts'
import { checkBacking } from './checks/backing.ts'
import { checkCycles } from './checks/cycles.ts'
import { checkDeposits } from './checks/deposits.ts'
import { checkEarnings } from './checks/earnings.ts'
import { checkExpectation, EXPECTATIONS, type Expectation } from './checks/expectation.ts'
import { checkLosses } from './checks/losses.ts'
import { checkRebalances } from './checks/rebalances.ts'
import { checkVaults } from './checks/vaults.ts'
import { readDeployment } from './deployment.ts'
import { EnvironmentError, EXIT_ENVIRONMENT } from './errors.ts'
import { loadLosses } from './losses.ts'
import { Report } from './report.ts'
import { loadRun } from './run.ts'

interface Options {
  rpc: string
  deployment: string
  cycles: number
  moves: number
  earnings: number
  expect: Expectation
}

const program = new Command('npm run verify:devnet --')
  .description(
    'Proves what happened on a devnet from its logs and its state alone: deposits, rebalances between real venues, flows ' +
      'into and out of the reserve, the books of every cycle, losses and who answered for them. Uses no code of the services.',
  )
  .option('--rpc <url>', 'node of the devnet', 'http://127.0.0.1:8545')
  .option('--deployment <file>', 'what the deploy script wrote', 'deployments/31337.json')
  .option('--cycles <n>', 'cycles that must be complete', wholeNumber, 1)
  .option(
    '--moves <n>',
    'rebalances between two real venues that each vault must have had; 0: none need to',
    count,
    1,
  )
  .option(
    '--earnings <n>',
    'times that each vault with rewards must have been given what they were sold for; 0: none need to',
    count,
    1,
  )
  .addOption(
    new Option('--expect <story>', 'what the run must show of losses').choices(EXPECTATIONS).default('any'),
  )
  .addHelpText(
    'after',
    '\n--expect slash    one whole story at least: loss, checkpoints, freeze, m of n signatures, execution, vesting, and a\n' +
      '                  later yield of backing above the one before (scenario slashing)\n' +
      '         no-loss  checkpoints, none of them with a loss at or above the threshold, no freeze, case or slash\n' +
      '                  (scenarios calm and depeg-2022)\n' +
      '         any      whatever happened must be right\n' +
      '\nExit code: 0 everything holds, 1 something does not, 78 nothing could be verified.',
  )

async function verify({ rpc, deployment: file, cycles, moves, earnings, expect }: Options): Promise<boolean> {
  const deployment = readDeployment(file)
  const chain = await Chain.open(rpc, deployment.chainId, deployment.startBlock)
  console.log(`chain ${deployment.chainId}, blocks ${chain.from} to ${chain.head}`)
  const run = await loadRun(chain, deployment)
  const report = new Report(console.log)
  await checkDeposits(run, report)
  await checkRebalances(run, report, moves)
  await checkVaults(run, report)
  await checkEarnings(run, deployment.auction, report, earnings)
  await checkCycles(run, report, cycles)
  const losses = await loadLosses(chain, deployment)
  await checkLosses(run, deployment, losses, report)
  await checkBacking(run, deployment, losses, report)
  checkExpectation(expect, losses, report)
  return report.close()
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number from 1')
  return value
}

function count(text: string): number {
  return text === '0' ? 0 : wholeNumber(text)
}

program.parse()
try {
  process.exitCode = (await verify(program.opts<Options>())) ? 0 : 1
} catch (error) {
  if (!(error instanceof EnvironmentError)) throw error
  console.error(`verify:devnet: ${error.message}`)
  process.exitCode = EXIT_ENVIRONMENT
}
